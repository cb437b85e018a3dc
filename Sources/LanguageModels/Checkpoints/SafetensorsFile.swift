import Files
import Foundation

/// A safetensors file: named tensors, mapped into memory and converted when read.
///
/// The layout is eight bytes of length, a JSON header of that length, then all numbers without gaps,
/// little-endian and row-major. The whole header is checked when the file is opened, so that reading
/// a tensor later cannot fail halfway.
public struct SafetensorsFile: Sendable {
  /// What the header says of one tensor.
  public struct Entry: Hashable, Sendable {
    /// The type of the stored numbers.
    public var type: SafetensorsType
    /// The axes, outermost first; empty for a scalar.
    public var shape: [Int]
    /// The number of numbers.
    public var count: Int
    /// Where the bytes lie, counted from the file's beginning.
    public var byteRange: Range<Int>
  }

  /// The file's name without its folders, as messages say it.
  public let name: String
  /// The tensors by name.
  public let entries: [String: Entry]
  /// The text entries of the header's `__metadata__`.
  public let metadata: [String: String]

  private let file: MappedFile

  /// The names of the tensors in alphabetical order.
  public var names: [String] { entries.keys.sorted() }

  /// Maps a file and checks its header.
  ///
  /// - Throws: ``CheckpointError`` if the file cannot be read, is shorter than its header says, or
  ///   holds tensors of unknown type, of equal names, or whose bytes overlap, leave gaps or lie
  ///   outside the file.
  public init(path: String) throws(CheckpointError) {
    let name = (path as NSString).lastPathComponent
    let file: MappedFile
    do { file = try MappedFile(path) } catch { throw CheckpointError(error) }
    let bytes = file.bytes
    try CheckpointError.refusePointer(bytes, file: name)
    guard bytes.count >= 8 else {
      throw CheckpointError(
        .badData, file: name,
        "the file is truncated: it has \(bytes.count) bytes, and a safetensors file begins with "
          + "eight that tell the length of its header")
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(bytes.count - 8) else {
      throw CheckpointError(
        .badData, file: name,
        "the file is truncated or is not safetensors: its header should have \(length) bytes, but "
          + "only \(bytes.count - 8) follow")
    }
    let start = 8 + Int(length)
    let scanner = try SafetensorsHeaderScanner(
      UnsafeRawBufferPointer(rebasing: bytes[8..<start]), file: name)
    self.name = name
    self.file = file
    metadata = scanner.metadata
    entries = try Self.checked(
      scanner.tensors, start: start, available: bytes.count - start, file: name)
  }

  /// Turns scanned tensors into entries and makes sure that they tile the data exactly.
  private static func checked(
    _ tensors: [SafetensorsHeaderScanner.Tensor], start: Int, available: Int, file: String
  ) throws(CheckpointError) -> [String: Entry] {
    var entries: [String: Entry] = [:]
    for tensor in tensors {
      func fault(_ message: String, _ code: CheckpointError.Code = .badData) -> CheckpointError {
        CheckpointError(code, file: file, part: "tensor \(tensor.name)", message)
      }
      guard let type = SafetensorsType(rawValue: tensor.type) else {
        let known = SafetensorsType.allCases.map(\.rawValue).joined(separator: ", ")
        throw fault("found dtype \(tensor.type), expected one of \(known)", .unsupported)
      }
      var count = 1
      var byteCount = type.byteCount
      for axis in tensor.shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: axis)
        let (size, tooLarge) = product.multipliedReportingOverflow(by: type.byteCount)
        guard !overflow, !tooLarge else {
          throw fault("its shape \(tensor.shape) has more than 2⁶³ bytes")
        }
        (count, byteCount) = (product, size)
      }
      guard tensor.start <= tensor.end, tensor.end <= available else {
        throw fault(
          "its data_offsets \(tensor.start) to \(tensor.end) are outside the \(available) bytes of "
            + "data in the file, which may be truncated")
      }
      guard tensor.end - tensor.start == byteCount else {
        throw fault(
          "its data_offsets span \(tensor.end - tensor.start) bytes, but shape \(tensor.shape) of "
            + "\(type.rawValue) takes \(byteCount)")
      }
      entries[tensor.name] = Entry(
        type: type, shape: tensor.shape, count: count,
        byteRange: start + tensor.start..<start + tensor.end)
    }
    // An empty tensor may share its place with the one after it.
    let ordered = tensors.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    var covered = 0
    var last: String?
    for tensor in ordered {
      guard tensor.start >= covered else {
        throw CheckpointError(
          .badData, file: file, part: "tensor \(tensor.name)",
          "its bytes overlap those of tensor \(last ?? "")")
      }
      guard tensor.start == covered else {
        throw CheckpointError(
          .badData, file: file, part: "tensor \(tensor.name)",
          "\(tensor.start - covered) bytes before it belong to no tensor")
      }
      (covered, last) = (tensor.end, tensor.name)
    }
    guard covered == available else {
      throw CheckpointError(
        .badData, file: file,
        "\(available - covered) bytes at the end of the file belong to no tensor")
    }
    return entries
  }

  /// What the header says of a tensor.
  ///
  /// - Throws: ``CheckpointError`` if there is no such tensor.
  public func entry(_ name: String) throws(CheckpointError) -> Entry {
    guard let entry = entries[name] else {
      throw CheckpointError(
        .badData, file: self.name, part: "tensor \(name)", "the file has no tensor of this name")
    }
    return entry
  }

  /// Copies a tensor's numbers, converted to the destination's type.
  ///
  /// - Throws: ``CheckpointError`` if there is no such tensor or it has another count.
  public func read<Element: CheckpointElement>(
    _ name: String, into destination: UnsafeMutableBufferPointer<Element>
  ) throws(CheckpointError) {
    let entry = try entry(name)
    guard entry.count == destination.count else {
      throw CheckpointError(
        .badData, file: self.name, part: "tensor \(name)",
        "found shape \(entry.shape), expected \(destination.count) numbers")
    }
    guard let base = file.bytes.baseAddress, entry.count > 0 else { return }
    NumberConversion.decode(base + entry.byteRange.lowerBound, entry.type, into: destination)
  }

  /// A tensor's numbers, converted.
  ///
  /// - Throws: ``CheckpointError`` if there is no such tensor.
  public func read<Element: CheckpointElement>(
    _ name: String, as type: Element.Type = Element.self
  ) throws(CheckpointError) -> [Element] {
    let count = try entry(name).count
    var result = [Element](repeating: 0, count: count)
    try result.withUnsafeMutableBufferPointer { (buffer) throws(CheckpointError) in
      try read(name, into: buffer)
    }
    return result
  }

  /// The numbers of a tensor of integers or truth values, exactly.
  ///
  /// - Throws: ``CheckpointError`` if there is no such tensor, it is not of integers, or a number
  ///   exceeds the range of `Int64`.
  public func readIntegers(_ name: String) throws(CheckpointError) -> [Int64] {
    let entry = try entry(name)
    let numbers = UnsafeRawBufferPointer(rebasing: file.bytes[entry.byteRange])
    func load<Stored: FixedWidthInteger & BitwiseCopyable>(
      _ stored: Stored.Type
    ) throws(CheckpointError) -> [Int64] {
      var result: [Int64] = []
      result.reserveCapacity(entry.count)
      for index in 0..<entry.count {
        let value = Stored(
          littleEndian: numbers.loadUnaligned(
            fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self))
        guard let exact = Int64(exactly: value) else {
          throw CheckpointError(
            .unsupported, file: self.name, part: "tensor \(name)",
            "found \(value), expected integers below 2⁶³")
        }
        result.append(exact)
      }
      return result
    }
    switch entry.type {
    case .boolean, .uint8: return try load(UInt8.self)
    case .int8: return try load(Int8.self)
    case .uint16: return try load(UInt16.self)
    case .int16: return try load(Int16.self)
    case .uint32: return try load(UInt32.self)
    case .int32: return try load(Int32.self)
    case .uint64: return try load(UInt64.self)
    case .int64: return try load(Int64.self)
    case .float16, .bfloat16, .float32, .float64:
      throw CheckpointError(
        .badData, file: self.name, part: "tensor \(name)",
        "found dtype \(entry.type.rawValue), expected integers")
    }
  }

  /// Gives a closure the stored bytes of a tensor, little-endian and of any alignment. The pointer
  /// is valid only inside.
  ///
  /// - Throws: ``CheckpointError`` if there is no such tensor.
  public func withBytes<Result>(
    of name: String, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(CheckpointError) -> Result {
    let entry = try entry(name)
    return body(UnsafeRawBufferPointer(rebasing: file.bytes[entry.byteRange]))
  }
}
