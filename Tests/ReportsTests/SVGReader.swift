import Foundation
import Reports

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Reads a drawing with an XML parser that is not ours: is it well-formed, where are its words?
final class SVGReader: NSObject, XMLParserDelegate {
  struct Word: Equatable {
    var text: String
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double

    func overlaps(_ other: Word) -> Bool {
      // Half a pixel of rounding is not an overlap.
      left + 0.5 < other.right && other.left + 0.5 < right && top + 0.5 < other.bottom
        && other.top + 0.5 < bottom
    }
  }

  private(set) var words: [Word] = []
  private(set) var elements: [String: Int] = [:]
  private(set) var attributes: [[String: String]] = []
  private(set) var isWellFormed = false
  private(set) var title = ""
  private(set) var summary = ""
  private var fontSize = 0.0
  private var current: [String: String] = [:]
  private var buffer = ""
  private var depth = 0
  var width = 0.0
  var height = 0.0

  init(_ svg: String) {
    super.init()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = self
    isWellFormed = parser.parse()
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes attributeDict: [String: String] = [:]
  ) {
    elements[name, default: 0] += 1
    attributes.append(attributeDict)
    if depth == 0 {
      fontSize = Double(attributeDict["font-size"] ?? "") ?? 0
      let box = (attributeDict["viewBox"] ?? "").split(separator: " ").compactMap { Double($0) }
      if box.count == 4 { (width, height) = (box[2], box[3]) }
    }
    depth += 1
    current = attributeDict
    buffer = ""
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { buffer += string }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    depth -= 1
    if name == "title" && depth == 1 { title = buffer }
    if name == "desc" && depth == 1 { summary = buffer }
    guard name == "text" else { return }
    let scale = current["class"] == "head" ? 1.1 : 1
    let extent = TextMeasure.width(buffer, fontSize: fontSize * scale)
    let x = Double(current["x"] ?? "") ?? .nan
    let y = Double(current["y"] ?? "") ?? .nan
    let share = current["text-anchor"] == "end" ? 1 : current["text-anchor"] == "middle" ? 0.5 : 0
    words.append(
      Word(
        text: buffer, left: x - share * extent, right: x + (1 - share) * extent,
        top: y - 0.8 * fontSize, bottom: y + 0.2 * fontSize))
  }
}
