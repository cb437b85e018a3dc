extension Execution {
  /// Items are dealt to this many slots of scratch, so that memory does not grow with them.
  static var slotCount: Int { 16 }

  /// Runs items on all threads, each slot of scratch serving one thread at a time. `slots` is where
  /// the slots begin, `size` elements each; `body` is handed an item and its slot.
  func deal<Element>(
    _ items: Int, _ slots: UnsafeMutablePointer<Element>, _ size: Int,
    _ body: (Int, UnsafeMutablePointer<Element>) -> Void
  ) {
    let count = pool.threadCount == 1 ? 1 : min(items, Self.slotCount)
    pool.forEach(count) { index in
      for item in stride(from: index, to: items, by: count) { body(item, slots + index * size) }
    }
  }
}
