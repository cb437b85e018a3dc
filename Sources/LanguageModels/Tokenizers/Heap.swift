/// A binary heap, the least item on top.
struct Heap<Item: Comparable> {
  private var items: [Item] = []

  mutating func push(_ item: Item) {
    items.append(item)
    var child = items.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if items[parent] <= items[child] { break }
      items.swapAt(parent, child)
      child = parent
    }
  }

  mutating func pop() -> Item? {
    guard let top = items.first else { return nil }
    let last = items.removeLast()
    if items.isEmpty { return top }
    items[0] = last
    var parent = 0
    while true {
      let left = 2 * parent + 1
      var smallest = parent
      if left < items.count, items[left] < items[smallest] { smallest = left }
      if left + 1 < items.count, items[left + 1] < items[smallest] { smallest = left + 1 }
      if smallest == parent { return top }
      items.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
