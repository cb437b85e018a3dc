/// The memory of one parameter of a model, as a loader fills it and a saver reads it.
public struct ParameterMemory<Element: CheckpointElement> {
  /// The axes, outermost first.
  public var shape: [Int]
  /// The numbers, row-major; they must outlive the transfer.
  public var values: UnsafeMutableBufferPointer<Element>

  /// A parameter and its numbers.
  public init(shape: [Int], values: UnsafeMutableBufferPointer<Element>) {
    self.shape = shape
    self.values = values
  }
}

extension TensorMapping {
  /// Fills a model's parameters from a checkpoint; nothing is written unless everything fits.
  /// `destination` is the memory of the parameter of a name, or nil if the model has none.
  ///
  /// - Throws: ``CheckpointError`` that lists tensors that are missing, unexpected or of the wrong
  ///   shape, or parameters that the model lacks or has in another shape.
  public func load<Element: CheckpointElement>(
    from checkpoint: SafetensorsFolder, into destination: (String) -> ParameterMemory<Element>?
  ) throws(CheckpointError) {
    let sources = try matched(checkpoint)
    let memories = try memories(destination)
    for correspondence in correspondences {
      guard let memory = memories[correspondence.parameter] else { continue }
      var start = 0
      for piece in correspondence.pieces {
        let name = sources[piece] ?? piece.names[0]
        let numbers: [Element] = try checkpoint.file(of: name).read(name)
        Self.place(numbers, piece, at: start, in: correspondence, memory.values)
        start += piece.columns
      }
    }
  }

  /// The tensors of a model under their Hugging Face names, ready to be written. `source` is the
  /// memory of the parameter of a name, or nil if the model has none; it is read when the file is
  /// written.
  ///
  /// - Throws: ``CheckpointError`` that lists parameters that the model lacks or has in another shape.
  public func writer<Element: CheckpointElement>(
    storing type: SafetensorsType = .float32, from source: (String) -> ParameterMemory<Element>?
  ) throws(CheckpointError) -> SafetensorsWriter {
    let memories = try memories(source)
    // Without this entry `transformers` refuses a file.
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    for correspondence in correspondences {
      guard let memory = memories[correspondence.parameter] else { continue }
      var start = 0
      for piece in correspondence.pieces {
        let first = start
        writer.add(piece.names[0], shape: correspondence.stored(piece), as: type) {
          (buffer: UnsafeMutableBufferPointer<Element>) in
          Self.take(buffer, piece, at: first, in: correspondence, memory.values)
        }
        start += piece.columns
      }
    }
    return writer
  }

  /// Makes sure that a checkpoint has the tensors of a model, before memory is taken for it.
  ///
  /// - Throws: ``CheckpointError`` that lists tensors that are missing, unexpected or of the wrong
  ///   shape.
  public func check(_ checkpoint: SafetensorsFolder) throws(CheckpointError) {
    _ = try matched(checkpoint)
  }

  /// The stored name of each piece, after every check that needs only the file's header.
  private func matched(
    _ checkpoint: SafetensorsFolder
  ) throws(CheckpointError) -> [Piece: String] {
    let known = try TensorNames(checkpoint.names, file: checkpoint.name) { names in
      correspondences.allSatisfy { correspondence in
        correspondence.pieces.allSatisfy { piece in
          self.names(of: piece, in: correspondence).contains { names.contains($0) }
        }
      }
    }
    var sources: [Piece: String] = [:]
    var missing: [String] = []
    var misshapen: [String] = []
    for correspondence in correspondences {
      for piece in correspondence.pieces {
        let names = names(of: piece, in: correspondence)
        guard let name = names.lazy.compactMap({ known.stored[$0] }).first,
          let entry = checkpoint.entry(name)
        else {
          missing.append(piece.names[0])
          continue
        }
        sources[piece] = name
        let expected = correspondence.stored(piece)
        if entry.shape != expected {
          misshapen.append("\(name) (found \(entry.shape), expected \(expected))")
        } else if entry.type.isInteger {
          misshapen.append("\(name) (found dtype \(entry.type.rawValue), expected real numbers)")
        }
      }
    }
    func refuse(_ names: [String], _ what: String) throws(CheckpointError) {
      guard !names.isEmpty else { return }
      throw CheckpointError(
        .badData, file: checkpoint.name, "\(what): \(CheckpointError.listed(names))")
    }
    try refuse(missing, "tensors are missing that config.json asks for")
    let used = Set(sources.values)
    let repeated = Set(repetitions.flatMap(\.names))
    try refuse(
      known.stored.filter { name, stored in
        !used.contains(stored) && !repeated.contains(name) && !ignores(name)
      }.values.sorted(),
      "tensors are there that config.json has no place for")
    try refuse(misshapen, "tensors do not fit config.json")
    for repetition in repetitions {
      guard let name = repetition.names.lazy.compactMap({ known.stored[$0] }).first,
        let correspondence = correspondences.first(where: { $0.parameter == repetition.parameter }),
        let original = sources[correspondence.pieces[0]], original != name
      else { continue }
      let equal = try checkpoint.file(of: name).withBytes(of: name) { bytes in
        (try? checkpoint.file(of: original).withBytes(of: original) { $0.elementsEqual(bytes) })
          ?? false
      }
      guard equal else {
        throw CheckpointError(
          .badData, file: checkpoint.name, part: "tensor \(name)",
          "config.json ties it to \(original), but the two differ")
      }
    }
    return sources
  }

  /// The names that a piece goes by: its own, and those of tensors that repeat its parameter, which
  /// may be there in its place.
  private func names(of piece: Piece, in correspondence: Correspondence) -> [String] {
    piece.names
      + repetitions.filter { $0.parameter == correspondence.parameter }.flatMap(\.names)
  }

  /// The memory of every parameter, after a check that the model has them all in our shapes.
  private func memories<Element: CheckpointElement>(
    _ find: (String) -> ParameterMemory<Element>?
  ) throws(CheckpointError) -> [String: ParameterMemory<Element>] {
    var found: [String: ParameterMemory<Element>] = [:]
    var absent: [String] = []
    for correspondence in correspondences {
      let name = correspondence.parameter
      if let memory = find(name) {
        found[name] = memory
        if memory.shape != correspondence.shape || memory.values.count != memory.shape.reduce(1, *)
        {
          absent.append("\(name) (found \(memory.shape), expected \(correspondence.shape))")
        }
      } else {
        absent.append("\(name) (no such parameter, expected \(correspondence.shape))")
      }
    }
    guard absent.isEmpty else {
      throw CheckpointError(
        .unsupported, file: "the model",
        "its parameters are not those of the checkpoint's architecture: "
          + CheckpointError.listed(absent))
    }
    return found
  }

  /// Writes a stored tensor into its columns.
  private static func place<Element: CheckpointElement>(
    _ stored: [Element], _ piece: Piece, at start: Int, in correspondence: Correspondence,
    _ parameter: UnsafeMutableBufferPointer<Element>
  ) {
    stored.withUnsafeBufferPointer { stored in
      guard let source = stored.baseAddress, let target = parameter.baseAddress else { return }
      StridedCopy.copy(
        rows: correspondence.rows, columns: piece.columns, from: source,
        correspondence.layout(piece), to: target,
        StridedCopy.Layout(start: start, row: correspondence.columns, column: 1))
    }
  }

  /// Initialises a stored tensor from its columns.
  private static func take<Element: CheckpointElement>(
    _ stored: UnsafeMutableBufferPointer<Element>, _ piece: Piece, at start: Int,
    in correspondence: Correspondence, _ parameter: UnsafeMutableBufferPointer<Element>
  ) {
    guard let target = stored.baseAddress, let source = parameter.baseAddress else { return }
    StridedCopy.copy(
      rows: correspondence.rows, columns: piece.columns, from: source,
      StridedCopy.Layout(start: start, row: correspondence.columns, column: 1), to: target,
      correspondence.layout(piece))
  }
}

extension TensorMapping.Correspondence {
  /// Where the elements of our columns lie in the stored tensor.
  fileprivate func layout(_ piece: TensorMapping.Piece) -> StridedCopy.Layout {
    piece.isTransposed
      ? StridedCopy.Layout(start: 0, row: 1, column: rows)
      : StridedCopy.Layout(start: 0, row: piece.columns, column: 1)
  }
}
