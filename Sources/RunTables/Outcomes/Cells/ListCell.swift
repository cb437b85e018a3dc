import Foundation

/// A cell that holds a list, as JSON and Python write them: `[true, false]`, `['7', None]`.
enum ListCell {
  @inline(__always)
  static func isList(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    cell.first == UInt8(ascii: "[")
  }

  struct Element: Equatable {
    /// Its text, quotes and escapes undone; empty for null.
    var text: [UInt8]
    var isQuoted: Bool
  }

  static func elements(of cell: some Collection<UInt8>) -> [Element]? {
    var reader = Reader(bytes: Array(cell))
    return reader.list()
  }

  private struct Reader {
    let bytes: [UInt8]
    var at = 0

    private mutating func skipBlanks() {
      while at < bytes.count, ByteText.isBlank(bytes[at]) || bytes[at] == 10 || bytes[at] == 13 {
        at += 1
      }
    }

    mutating func list() -> [Element]? {
      skipBlanks()
      guard at < bytes.count, bytes[at] == UInt8(ascii: "[") else { return nil }
      at += 1
      var found: [Element] = []
      while true {
        skipBlanks()
        guard at < bytes.count else { return nil }
        if bytes[at] == UInt8(ascii: "]") {
          at += 1
          skipBlanks()
          return at == bytes.count ? found : nil
        }
        if !found.isEmpty {
          guard bytes[at] == UInt8(ascii: ",") else { return nil }
          at += 1
          skipBlanks()
        }
        guard let element = element() else { return nil }
        found.append(element)
      }
    }

    private mutating func element() -> Element? {
      guard at < bytes.count else { return nil }
      switch bytes[at] {
      case UInt8(ascii: "\""), UInt8(ascii: "'"): return quoted()
      case UInt8(ascii: "["), UInt8(ascii: "{"): return nested()
      default:
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: ","), bytes[at] != UInt8(ascii: "]") {
          at += 1
        }
        var text = bytes[start..<at]
        while let last = text.last, ByteText.isBlank(last) { text.removeLast() }
        if text.isEmpty { return nil }
        let isNull = text.elementsEqual("null".utf8) || text.elementsEqual("None".utf8)
        return Element(text: isNull ? [] : Array(text), isQuoted: false)
      }
    }

    private mutating func quoted() -> Element? {
      let quote = bytes[at]
      let start = at
      at += 1
      var text: [UInt8] = []
      var isEscaped = false
      while at < bytes.count, bytes[at] != quote {
        if bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count {
          isEscaped = true
          text.append(bytes[at])
          at += 1
        }
        text.append(bytes[at])
        at += 1
      }
      guard at < bytes.count else { return nil }
      at += 1
      guard isEscaped else { return Element(text: text, isQuoted: true) }
      if quote == UInt8(ascii: "\""),
        let plain = try? JSONSerialization.jsonObject(
          with: Data(bytes[start..<at]), options: .fragmentsAllowed) as? String
      {
        return Element(text: Array(plain.utf8), isQuoted: true)
      }
      // Python's single quotes, in which a backslash stands before itself and quotes.
      var plain: [UInt8] = []
      var index = 0
      while index < text.count {
        let isMark = text[index] == UInt8(ascii: "\\") && index + 1 < text.count
        if isMark { index += 1 }
        let byte = text[index]
        plain.append(isMark && byte == UInt8(ascii: "n") ? 10 : byte)
        index += 1
      }
      return Element(text: plain, isQuoted: true)
    }

    private mutating func nested() -> Element? {
      let start = at
      var depth = 0
      while at < bytes.count {
        switch bytes[at] {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
          guard quoted() != nil else { return nil }
          continue
        case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
        default: break
        }
        at += 1
        if depth == 0 { return Element(text: Array(bytes[start..<at]), isQuoted: false) }
      }
      return nil
    }
  }
}
