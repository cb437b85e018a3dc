import Foundation
import LanguageModels
import Testing

struct SafetensorsWriterTests {
  @Test func roundTripIsExact() throws {
    let floats: [Float] = [0, -0.0, 1.5, .pi, -.leastNonzeroMagnitude, .infinity, 1e38, 2]
    let doubles: [Double] = [.pi, -.leastNonzeroMagnitude, 1e300]
    try CheckpointFiles.withFolder { folder in
      let path = folder + "/written.safetensors"
      var writer = SafetensorsWriter(metadata: ["step": "12", "text": "a \"b\" \\ \n é \u{1}"])
      writer.add("z.floats", shape: [2, 4], values: floats)
      writer.add("doubles", shape: [3], as: .float64, values: doubles)
      writer.add("empty", shape: [0, 3], values: [Float]())
      writer.add("scalar", shape: [], values: [Float(7)])
      writer.add("counts", shape: [2], integers: [-1, .max])
      writer.add("name \"é\"", shape: [1], as: .bfloat16, values: [Double(1)])
      try writer.write(to: path)

      let file = try SafetensorsFile(path: path)
      #expect(file.metadata == writer.metadata)
      #expect(
        try file.read("z.floats", as: Float.self).map(\.bitPattern) == floats.map(\.bitPattern))
      #expect(try file.entry("z.floats").shape == [2, 4])
      #expect(try file.read("doubles", as: Double.self) == doubles)
      #expect(try file.entry("empty").shape == [0, 3])
      #expect(try file.read("scalar", as: Float.self) == [7])
      #expect(try file.readIntegers("counts") == [-1, .max])
      #expect(try file.read("name \"é\"", as: Float.self) == [1])
      for entry in file.entries.values {
        #expect(entry.byteRange.lowerBound % entry.type.byteCount == 0)
      }
      let first = file.entries.values.map(\.byteRange.lowerBound).min()
      #expect(first.map { $0 % 64 } == 0)

      let bytes = try Data(contentsOf: URL(filePath: path))
      try writer.write(to: path)
      #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder) == ["written.safetensors"])
    }
  }

  /// What a number reads as after it was stored, in `Double`.
  private func stored(_ numbers: [Double], as type: SafetensorsType) throws -> [Double] {
    try CheckpointFiles.withFolder { folder in
      var writer = SafetensorsWriter()
      writer.add("x", shape: [numbers.count], as: type, values: numbers)
      try writer.write(to: folder + "/x")
      return try SafetensorsFile(path: folder + "/x").read("x")
    }
  }

  /// Expected values by NumPy 2.4: numpy.float16(x) as float64.
  @Test func roundsToHalfPrecision() throws {
    let found = try stored(
      [1 + 0x1p-11, 1 + 0x3p-11, 0.1, 65519.9, 65520, 0x1p-25, 0x1.1p-25, -6.1e-5, -1e9],
      as: .float16)
    #expect(
      found == [
        1, 1 + 0x1p-9, 0.0999755859375, 65504, .infinity, 0, 0x1p-24, -6.0975551605224609e-05,
        -.infinity,
      ])
  }

  /// Expected values by PyTorch 2.13: torch.tensor(x).to(torch.bfloat16), but for the last: a number
  /// just above the tie of 1 and 1.0078125, which PyTorch rounds to single precision first, and down.
  @Test func roundsToBrainPrecision() throws {
    let found = try stored(
      [1 + 0x1p-8, 1 + 0x3p-8, 0.1, 3.4e38, 1e-40, 1 + 0x1p-8 + 0x1p-40], as: .bfloat16)
    #expect(
      found == [1, 1.015625, 0.10009765625, .infinity, 9.183549615799121e-41, 1.0078125])
    #expect(try stored([.nan], as: .bfloat16)[0].isNaN)
    #expect(try stored([.nan], as: .float16)[0].isNaN)
  }

  /// Every half-precision number survives reading and writing, bit by bit.
  @Test(arguments: [SafetensorsType.float16, .bfloat16])
  func keepsEveryShortNumber(type: SafetensorsType) throws {
    try CheckpointFiles.withFolder { folder in
      let header =
        "{\"x\":{\"dtype\":\"\(type.rawValue)\",\"shape\":[65536],\"data_offsets\":[0,131072]}}"
      var bytes = CheckpointFiles.safetensors(header, data: 0)
      for pattern in UInt16.min...UInt16.max {
        withUnsafeBytes(of: pattern.littleEndian) { bytes.append(contentsOf: $0) }
      }
      try bytes.write(to: URL(filePath: folder + "/all"))
      let numbers: [Float] = try SafetensorsFile(path: folder + "/all").read("x")
      var writer = SafetensorsWriter()
      writer.add("x", shape: [65536], as: type, values: numbers)
      try writer.write(to: folder + "/again")
      let again: [Float] = try SafetensorsFile(path: folder + "/again").read("x")
      let changed = zip(numbers, again).count { a, b in !a.isNaN && a.bitPattern != b.bitPattern }
      #expect(changed == 0)
      #expect(numbers.filter(\.isNaN).count == again.filter(\.isNaN).count)
      #expect(numbers.filter(\.isNaN).count == (type == .float16 ? 2046 : 254))
    }
  }

  @Test func leavesTheOldFileWhenTheFolderIsMissing() throws {
    try CheckpointFiles.withFolder { folder in
      var writer = SafetensorsWriter()
      writer.add("x", shape: [1], values: [Float(1)])
      #expect(
        CheckpointFiles.sentence { try writer.write(to: folder + "/none/x") }
          == "\(folder)/none/x: cannot be written beside (no such file or directory)")
    }
  }

  @Test func followsASymbolicLink() throws {
    try CheckpointFiles.withFolder { folder in
      var writer = SafetensorsWriter()
      writer.add("x", shape: [1], values: [Float(1)])
      try writer.write(to: folder + "/real")
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/link", withDestinationPath: folder + "/real")
      writer.add("y", shape: [1], values: [Float(2)])
      try writer.write(to: folder + "/link")
      #expect(try SafetensorsFile(path: folder + "/real").names == ["x", "y"])
    }
  }

  /// A limit on the size of files stands in for a full disk: in both cases `write` fails half-way.
  @Test func leavesTheOldFileWhenWritingFails() async {
    await #expect(processExitsWith: .success) {
      try CheckpointFiles.withFolder { folder in
        let path = folder + "/model.safetensors"
        var small = SafetensorsWriter()
        small.add("x", shape: [1], values: [Float(1)])
        try small.write(to: path)
        let before = try Data(contentsOf: URL(filePath: path))

        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 100_000, rlim_max: 100_000)
        #if os(Linux)
          setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        #else
          setrlimit(RLIMIT_FSIZE, &limit)
        #endif
        var large = SafetensorsWriter()
        large.add("x", shape: [100_000], values: [Float](repeating: 1, count: 100_000))
        let sentence = CheckpointFiles.sentence { try large.write(to: path) }
        #expect(
          sentence
            == "model.safetensors: writing failed after 100000 bytes (the disk is full); the "
            + "file that was there is unchanged")
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(left == ["model.safetensors"])
      }
    }
  }
}
