internal import Quantities

enum NameList {
  /// `E=1.69,N=7B` as numbers; suffixes k, M, B and T are understood, in lower case too.
  static func numbers(_ text: String?, option: String) throws -> [String: Double] {
    try pairs(text, option: option).mapValues { try number($0, option: option) }
  }

  /// `alpha=0.1:0.6` as ranges.
  static func ranges(_ text: String?, option: String) throws -> [String: ClosedRange<Double>] {
    try pairs(text, option: option).mapValues { value in
      let ends = try value.split(separator: ":", omittingEmptySubsequences: false).map {
        try number(String($0), option: option)
      }
      guard ends.count == 2, ends[0] < ends[1] else {
        throw CommandFailure(
          .usage, "\(option): found \"\(value)\", expected LOW:HIGH with LOW below HIGH")
      }
      return ends[0]...ends[1]
    }
  }

  /// `alpha=0.2:0.4` as lists.
  static func lists(_ text: String?, option: String) throws -> [String: [Double]] {
    try pairs(text, option: option).mapValues { value in
      try value.split(separator: ":", omittingEmptySubsequences: false).map {
        try number(String($0), option: option)
      }
    }
  }

  static func pairs(_ text: String?, option: String) throws -> [String: String] {
    guard let text else { return [:] }
    var result: [String: String] = [:]
    for part in text.split(separator: ",") {
      guard let equals = part.firstIndex(of: "="), equals != part.startIndex else {
        throw CommandFailure(.usage, "\(option): found \"\(part)\", expected NAME=VALUE")
      }
      let name = part[..<equals].trimmingSpaces
      let value = part[part.index(after: equals)...].trimmingSpaces
      guard result.updateValue(value, forKey: name) == nil else {
        throw CommandFailure(.usage, "\(option): \(name) is given twice")
      }
    }
    return result
  }

  /// A number with an optional unit: 7B, 1.4e11, 300k.
  static func number(_ text: String, option: String) throws -> Double {
    guard let value = NumberReader.number(text) else {
      throw CommandFailure(
        .usage, "\(option): found \"\(text)\", expected a number such as 0.34, 7B or 1.4e11")
    }
    guard value.isFinite else {
      throw CommandFailure(.usage, "\(option): found \"\(text)\", expected a smaller number")
    }
    return value
  }

  static func positive(_ text: String, option: String) throws -> Double {
    let value = try number(text, option: option)
    guard value > 0 else {
      throw CommandFailure(.usage, "\(option): found \(text), expected a positive number")
    }
    return value
  }
}

extension Substring {
  var trimmingSpaces: String {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
