internal import Files

/// Collects named tensors and writes them as one safetensors file.
///
/// Tensors stand in the file by falling size of their numbers and then by name, so that each is
/// aligned to its own type; the data begin at a multiple of 64 bytes. The same tensors and metadata
/// give the same bytes. Numbers are asked for only while writing, one tensor at a time.
public struct SafetensorsWriter {
  /// The text entries of the header's `__metadata__`.
  public var metadata: [String: String]

  private var tensors: [String: Tensor] = [:]

  private struct Tensor {
    var type: SafetensorsType
    var shape: [Int]
    var byteCount: Int
    var bytes: () -> [UInt8]
  }

  /// A file without tensors. `metadata` has text entries; `transformers` expects
  /// `["format": "pt"]`.
  public init(metadata: [String: String] = [:]) {
    self.metadata = metadata
  }

  /// Adds a tensor whose numbers are put in place when the file is written. `shape` is the axes,
  /// outermost first. `type` is a floating-point type to store; numbers are rounded to nearest,
  /// ties to even. `fill` initialises every number, row-major.
  public mutating func add<Element: CheckpointElement>(
    _ name: String, shape: [Int], as type: SafetensorsType = .float32,
    fill: @escaping (UnsafeMutableBufferPointer<Element>) -> Void
  ) {
    precondition(!type.isInteger, "\(name): floating-point numbers are not stored as integers")
    let count = shape.reduce(1, *)
    add(name, shape, type) {
      let numbers = UnsafeMutableBufferPointer<Element>.allocate(capacity: count)
      defer { numbers.deallocate() }
      fill(numbers)
      return [UInt8](unsafeUninitializedCapacity: count * type.byteCount) { bytes, filled in
        if let start = bytes.baseAddress {
          NumberConversion.encode(UnsafeBufferPointer(numbers), type, to: start)
        }
        filled = count * type.byteCount
      }
    }
  }

  /// Adds a tensor. `shape` is the axes, outermost first. `values` are the numbers, row-major.
  public mutating func add<Element: CheckpointElement>(
    _ name: String, shape: [Int], as type: SafetensorsType = .float32, values: [Element]
  ) {
    precondition(
      shape.reduce(1, *) == values.count, "\(name): shape \(shape) of \(values.count) numbers")
    add(name, shape: shape, as: type) { (buffer: UnsafeMutableBufferPointer<Element>) in
      _ = buffer.initialize(from: values)
    }
  }

  /// Adds a tensor of integers, stored with 64 bits each. `shape` is the axes, outermost first.
  /// `integers` are the numbers, row-major.
  public mutating func add(_ name: String, shape: [Int], integers: [Int64]) {
    precondition(
      shape.reduce(1, *) == integers.count, "\(name): shape \(shape) of \(integers.count) numbers")
    add(name, shape, .int64) {
      integers.flatMap { integer in withUnsafeBytes(of: integer.littleEndian) { Array($0) } }
    }
  }

  private mutating func add(
    _ name: String, _ shape: [Int], _ type: SafetensorsType, _ bytes: @escaping () -> [UInt8]
  ) {
    precondition(
      tensors[name] == nil && name != "__metadata__", "two tensors are called \(name)")
    tensors[name] = Tensor(
      type: type, shape: shape, byteCount: shape.reduce(1, *) * type.byteCount, bytes: bytes)
  }

  /// Writes the file, replacing an old one only once the new one is whole and on the disk.
  ///
  /// - Throws: ``CheckpointError`` if the folder cannot be written or the disk is full; an old file
  ///   is then unchanged and no temporary file is left.
  public func write(to path: String) throws(CheckpointError) {
    let ordered = tensors.sorted {
      ($1.value.type.byteCount, $0.key) < ($0.value.type.byteCount, $1.key)
    }
    let header = header(of: ordered)
    let length = UInt64(header.count).littleEndian
    do throws(FileError) {
      var file = try AtomicFile(path)
      try file.append(withUnsafeBytes(of: length) { Array($0) } + header)
      for (_, tensor) in ordered { try file.append(tensor.bytes()) }
      try file.commit()
    } catch {
      throw CheckpointError(error)
    }
  }

  private func header(of ordered: [(key: String, value: Tensor)]) -> [UInt8] {
    var parts: [String] = []
    if !metadata.isEmpty {
      let entries = metadata.sorted { $0.key < $1.key }
        .map { "\(JSONText.string($0.key)):\(JSONText.string($0.value))" }
      parts.append("\"__metadata__\":{\(entries.joined(separator: ","))}")
    }
    var offset = 0
    for (name, tensor) in ordered {
      let end = offset + tensor.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      parts.append(
        "\(JSONText.string(name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(parts.joined(separator: ","))}".utf8)
    // With the eight bytes of length before it; spaces are what the format allows.
    while (header.count + 8) % 64 != 0 { header.append(UInt8(ascii: " ")) }
    return header
  }
}
