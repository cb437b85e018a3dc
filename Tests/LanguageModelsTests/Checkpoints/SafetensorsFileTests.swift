import Foundation
import LanguageModels
import Testing

/// The expected numbers are those of Goldens/parity/make_safetensors.py, whose file was written by
/// the PyPI package `safetensors` 0.8.0.
struct SafetensorsFileTests {
  private func package() throws -> SafetensorsFile {
    try SafetensorsFile(path: CheckpointFiles.golden("package.safetensors"))
  }

  @Test func readsNamesShapesAndMetadata() throws {
    let file = try package()
    #expect(
      file.names == [
        "brain", "byte", "double", "flag", "half", "integer", "long", "nothing", "scalar", "short",
        "signed", "single",
      ])
    #expect(file.metadata == ["format": "pt", "note": "quotes \" and \\ and é"])
    #expect(try file.entry("single").shape == [2, 3])
    #expect(try file.entry("brain").shape == [3, 2])
    #expect(try file.entry("scalar").shape == [])
    #expect(try file.entry("scalar").count == 1)
    #expect(try file.entry("nothing").shape == [0, 4])
    #expect(try file.entry("half").type == .float16)
  }

  @Test func convertsEveryType() throws {
    let file = try package()
    let numbers: [Double] = [0, -1.5, 3.140625, 65504, 1e-3, -0x1p-24]
    #expect(try file.read("single", as: Float.self) == numbers.map { Float($0) })
    #expect(try file.read("double", as: Double.self) == [1.0 / 3, -1e300, .leastNonzeroMagnitude])
    // numpy.float16(1e-3) is 0x1419 and −2⁻²⁴ is the smallest subnormal.
    #expect(
      try file.read("half", as: Double.self) == [
        0, -1.5, 3.140625, 65504, 0.0010004043579101562, -0x1p-24, .infinity,
      ])
    // torch.bfloat16 of 65504 is 65536 and of 1e-3 is 0.00099945068359375.
    #expect(
      try file.read("brain", as: Float.self) == [
        0, -1.5, 3.140625, 65536, 0.00099945068359375, -0x1p-24,
      ])
    #expect(try file.readIntegers("long") == [-(1 << 62), 0, 1 << 53 + 1].map { Int64($0) })
    #expect(try file.readIntegers("integer") == [-7, 2_147_483_647])
    #expect(try file.readIntegers("short") == [-32768, 12])
    #expect(try file.readIntegers("signed") == [-128, 127])
    #expect(try file.readIntegers("byte") == [0, 255, 7])
    #expect(try file.readIntegers("flag") == [1, 0, 1])
    #expect(try file.read("byte", as: Float.self) == [0, 255, 7])
    #expect(try file.read("signed", as: Double.self) == [-128, 127])
    #expect(try file.read("nothing", as: Float.self).isEmpty)
    #expect(try file.read("scalar", as: Double.self) == [2.5])
  }

  @Test func refusesWhatIsNotThere() throws {
    let file = try package()
    #expect(
      CheckpointFiles.sentence { _ = try file.read("absent", as: Float.self) }
        == "package.safetensors: tensor absent: the file has no tensor of this name")
    #expect(
      CheckpointFiles.sentence { _ = try file.readIntegers("half") }
        == "package.safetensors: tensor half: found dtype F16, expected integers")
    var three: [Float] = [1, 2, 3]
    let sentence = CheckpointFiles.sentence {
      try three.withUnsafeMutableBufferPointer { try file.read("single", into: $0) }
    }
    #expect(
      sentence == "package.safetensors: tensor single: found shape [2, 3], expected 3 numbers")
    #expect(three == [1, 2, 3])
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: Data
    var sentence: String
    var testDescription: String { name }

    init(_ name: String, _ header: String, data: Int = 8, length: UInt64? = nil, _ says: String) {
      self.name = name
      bytes = CheckpointFiles.safetensors(header, data: data, length: length)
      sentence = says
    }
  }

  private static func tensor(_ name: String, _ type: String, _ shape: String, _ offsets: String)
    -> String
  {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  static let faults: [Fault] = [
    Fault(
      "header beyond the file", "{}", data: 0, length: 1 << 60,
      "the file is truncated or is not safetensors: its header should have 1152921504606846976 "
        + "bytes, but only 2 follow"),
    Fault(
      "header length of all ones", "{}", data: 0, length: .max,
      "the file is truncated or is not safetensors: its header should have 18446744073709551615 "
        + "bytes, but only 2 follow"),
    Fault(
      "tensor beyond the file", "{\(tensor("a", "F32", "[4]", "[0,16]"))}",
      "tensor a: its data_offsets 0 to 16 are outside the 8 bytes of data in the file, which may be "
        + "truncated"),
    Fault(
      "offsets backwards", "{\(tensor("a", "F32", "[2]", "[8,0]"))}",
      "tensor a: its data_offsets 8 to 0 are outside the 8 bytes of data in the file, which may be "
        + "truncated"),
    Fault(
      "offsets beyond 64 bits", "{\(tensor("a", "F32", "[2]", "[0,99999999999999999999]"))}",
      "the header is not the JSON of a safetensors file: a number beyond 2⁶³ at byte 76"),
    Fault(
      "shape beyond 64 bits",
      "{\(tensor("a", "F32", "[4294967296,4294967296]", "[0,8]"))}",
      "tensor a: its shape [4294967296, 4294967296] has more than 2⁶³ bytes"),
    Fault(
      "shape and offsets disagree", "{\(tensor("a", "F32", "[3]", "[0,8]"))}",
      "tensor a: its data_offsets span 8 bytes, but shape [3] of F32 takes 12"),
    Fault(
      "overlap",
      "{\(tensor("a", "U8", "[6]", "[0,6]")),\(tensor("b", "U8", "[4]", "[4,8]"))}",
      "tensor b: its bytes overlap those of tensor a"),
    Fault(
      "the same bytes twice",
      "{\(tensor("a", "U8", "[8]", "[0,8]")),\(tensor("b", "U8", "[8]", "[0,8]"))}",
      "tensor b: its bytes overlap those of tensor a"),
    Fault(
      "gap", "{\(tensor("a", "U8", "[4]", "[4,8]"))}",
      "tensor a: 4 bytes before it belong to no tensor"),
    Fault(
      "rest", "{\(tensor("a", "U8", "[4]", "[0,4]"))}",
      "4 bytes at the end of the file belong to no tensor"),
    Fault(
      "equal names",
      "{\(tensor("a", "U8", "[4]", "[0,4]")),\(tensor("a", "U8", "[4]", "[4,8]"))}",
      "tensor a: the header has two tensors of this name"),
    Fault(
      "unknown type", "{\(tensor("a", "F8_E4M3", "[8]", "[0,8]"))}",
      "tensor a: found dtype F8_E4M3, expected one of BOOL, U8, I8, U16, I16, F16, BF16, U32, I32, "
        + "F32, U64, I64, F64"),
    Fault(
      "missing key", "{\"a\":{\"dtype\":\"U8\",\"shape\":[8]}}",
      "tensor a: the header lacks its dtype, its shape or its two data_offsets"),
    Fault(
      "three offsets", "{\(tensor("a", "U8", "[8]", "[0,8,9]"))}",
      "tensor a: the header lacks its dtype, its shape or its two data_offsets"),
    Fault(
      "unknown key", "{\"a\":{\"dtype\":\"U8\",\"kind\":1}}",
      "tensor a: found the key kind in the header, expected dtype, shape and data_offsets once each"
    ),
    Fault(
      "negative axis", "{\(tensor("a", "U8", "[-8]", "[0,8]"))}",
      "the header is not the JSON of a safetensors file: no whole number from zero at byte 36"),
    Fault(
      "not JSON", "weights!",
      "the header is not the JSON of a safetensors file: no { at byte 8"),
    Fault(
      "cut JSON", "{\"a\":{\"dtype\":\"U8",
      "the header is not the JSON of a safetensors file: a string without an end at byte 25"),
    Fault(
      "half a surrogate pair", "{\"\\ud800\":{}}",
      "the header is not the JSON of a safetensors file: half a surrogate pair at byte 16"),
    Fault(
      "text behind", "{} {}", data: 0,
      "the header is not the JSON of a safetensors file: more text after the header's object at "
        + "byte 11"),
    Fault(
      "metadata of numbers", "{\"__metadata__\":{\"step\":3}}", data: 0,
      "the header is not the JSON of a safetensors file: no \" at byte 32"),
  ]

  @Test(arguments: faults) func namesTheFault(_ fault: Fault) throws {
    try CheckpointFiles.withFolder { folder in
      let path = folder + "/broken.safetensors"
      try fault.bytes.write(to: URL(filePath: path))
      let found = CheckpointFiles.sentence { _ = try SafetensorsFile(path: path) }
      #expect(found == "broken.safetensors: \(fault.sentence)")
    }
  }

  /// Every shorter version of a sound file is refused, and none crashes.
  @Test func refusesEveryTruncation() throws {
    let whole = try Data(contentsOf: URL(filePath: CheckpointFiles.golden("package.safetensors")))
    try CheckpointFiles.withFolder { folder in
      for count in 0..<whole.count {
        // A new file each time: some file systems force one that is overwritten to the disk.
        let path = folder + "/\(count)"
        try whole.prefix(count).write(to: URL(filePath: path))
        let found = CheckpointFiles.sentence { _ = try SafetensorsFile(path: path) }
        #expect(found?.hasPrefix("\(count): ") == true, "\(count) bytes: \(found ?? "")")
      }
    }
  }

  /// Flipped bytes of the header give a sound file or a sentence, never a crash or a wild read.
  @Test(arguments: [1, 2, 3] as [UInt64]) func survivesDamage(seed: UInt64) throws {
    let whole = try Data(contentsOf: URL(filePath: CheckpointFiles.golden("package.safetensors")))
    var state = seed
    try CheckpointFiles.withFolder { folder in
      for round in 0..<100 {
        let path = folder + "/\(round)"
        var bytes = whole
        for _ in 0..<3 {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          bytes[Int(state >> 33) % 800] = UInt8(truncatingIfNeeded: state >> 20)
        }
        try bytes.write(to: URL(filePath: path))
        guard let file = try? SafetensorsFile(path: path) else { continue }
        for name in file.names {
          #expect(try file.read(name, as: Float.self).count == file.entry(name).count)
        }
      }
    }
  }

  @Test func refusesWhatIsNotAFile() throws {
    try CheckpointFiles.withFolder { folder in
      #expect(
        CheckpointFiles.sentence { _ = try SafetensorsFile(path: folder) }
          == "\(folder): is not a regular file")
      #expect(
        CheckpointFiles.sentence { _ = try SafetensorsFile(path: folder + "/none") }
          == "\(folder)/none: cannot be opened (no such file or directory)")
    }
  }
}
