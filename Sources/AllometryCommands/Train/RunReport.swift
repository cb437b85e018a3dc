internal import Foundation
internal import LanguageModels
internal import Quantities
internal import Reports
internal import Training

struct RunReport {
  var record: RunRecord
  var folder: String

  func html() -> String {
    func points(_ name: String, _ column: String) -> [TrainingReport.Point] {
      LossTable.points("\(folder)/\(name)", column: column)
        .map { TrainingReport.Point(tokens: $0.tokens, loss: $0.loss) }
    }
    let result = record.result
    var bytesPerToken: Double?
    if let tokens = result?.validationTokens, let bytes = result?.validationBytes, tokens > 0 {
      bytesPerToken = Double(bytes) / Double(tokens)
    }
    return TrainingReport(
      title: "Training run \((folder as NSString).lastPathComponent)", summary: summary,
      training: points("loss.csv", "cross_entropy"),
      validation: points("validation.csv", "loss"), heldOutLoss: result?.validationLoss,
      references: (result?.baselines ?? []).map {
        TrainingReport.Reference(name: $0.name, loss: $0.loss)
      },
      bytesPerToken: bytesPerToken, facts: facts, warnings: warnings,
      command: (["allometry", "train"] + record.arguments).joined(separator: " "), origin: .now
    ).html()
  }

  private var summary: [String] {
    var lines: [String] = []
    let size = NumberFormat.scale(Double(record.parameterCount))
    let tokens = NumberFormat.scale(Double(record.tokenCount))
    if let loss = record.result?.validationLoss {
      let bits = record.result?.bitsPerByte.map { " (\(NumberFormat.fixed($0, 4)) bits per byte)" }
      lines.append(
        "\(size) parameters trained on \(tokens) tokens reach \(NumberFormat.fixed(loss, 4)) nats "
          + "per token\(bits ?? "") on held-out data.")
      for baseline in record.result?.baselines ?? [] {
        let gap = baseline.loss - loss
        lines.append(
          "Against \(NumberFormat.fixed(baseline.loss, 4)) nats of \(baseline.name): "
            + "\(NumberFormat.fixed(abs(gap), 4)) \(gap >= 0 ? "better" : "worse").")
      }
    }
    if let accuracy = record.result?.accuracy {
      lines.append(
        "It answers \(NumberFormat.percent(accuracy.accuracy)) of \(accuracy.examples) new "
          + "examples; a guesser would answer \(NumberFormat.percent(accuracy.chance)).")
    }
    return lines
  }

  private var warnings: [String] {
    var lines: [String] = []
    if let available = record.data.trainingTokens, record.tokenCount > available {
      let epochs = Double(record.tokenCount) / Double(available)
      lines.append(
        "The training text was seen \(NumberFormat.fixed(epochs, 1)) times; repeated tokens are "
          + "worth less than new ones.")
    }
    return lines
  }

  private var facts: [(name: String, value: String)] {
    let recipe = record.recipe
    return [
      ("data", record.data.words),
      (
        "left out of them",
        record.data.notes.isEmpty ? "nothing" : record.data.notes.joined(separator: "; ")
      ),
      ("tokenizer", record.data.tokenizer ?? "none"),
      ("parameters", NumberFormat.grouped(record.parameterCount)),
      ("without embeddings", NumberFormat.grouped(record.nonEmbeddingParameterCount)),
      ("layers", "\(record.model.layers.count)"), ("width", "\(record.model.width)"),
      ("tokens", NumberFormat.grouped(record.tokenCount)),
      ("FLOPs", NumberFormat.flops(record.compute)),
      ("steps", NumberFormat.grouped(recipe.steps)),
      ("tokens a step", NumberFormat.grouped(recipe.tokensPerStep)),
      ("optimiser", recipe.optimizer.words), ("schedule", recipe.schedule.words),
      ("seed", "\(recipe.seed)"), ("threads", "\(record.threads)"),
      ("training time", NumberFormat.duration(record.seconds)),
      ("allometry", record.version),
    ]
  }
}

struct RunSummary {
  var record: RunRecord
  var folder: String
  var report: String

  /// A table of losses and where everything is.
  func text() -> String {
    let size = NumberFormat.scale(Double(record.parameterCount))
    let tokens = NumberFormat.scale(Double(record.tokenCount))
    var lines = [
      "\(size) parameters, \(tokens) tokens, \(NumberFormat.flops(record.compute)) FLOPs, "
        + "\(NumberFormat.duration(record.seconds)) of training: \(folder)"
    ]
    guard let result = record.result else { return lines.joined(separator: "\n") + "\n" }
    if let loss = result.validationLoss {
      let isText = result.bitsPerByte != nil
      var columns: [TextTable.Column] = [
        .init("on the same held-out data"), .number("nats/token"),
      ]
      if isText { columns.append(.number("bits/byte")) }
      var table = Console.table(columns)
      func row(_ name: String, _ loss: Double, _ bits: Double?) {
        let cells = [name, NumberFormat.fixed(loss, 4)]
        table.rows.append(
          isText ? cells + [bits.map { NumberFormat.fixed($0, 4) } ?? "–"] : cells)
      }
      row("this model", loss, result.bitsPerByte)
      for baseline in result.baselines { row(baseline.name, baseline.loss, baseline.bitsPerByte) }
      lines.append(
        Console.terminal.render(table).trimmingSuffix { $0 == "\n" })
    }
    if let accuracy = result.accuracy { lines.append(accuracy.sentence) }
    lines.append("Report: \(report)")
    if record.data.kind == "text" {
      lines.append("Try: allometry generate \(folder) --prompt \"struct \"")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension TaskAccuracy {
  var sentence: String {
    "Answers \(NumberFormat.percent(accuracy)) of \(examples) new examples "
      + "(\(NumberFormat.percent(low)) to \(NumberFormat.percent(high))); guessing: "
      + "\(NumberFormat.percent(chance))."
  }

  /// Names examples that neither trained the run nor validated it.
  static func seed(after seed: UInt64) -> UInt64 { seed ^ 0xC2B2_AE3D_27D4_EB4F }
}

extension String {
  /// The text without its last characters for which something holds.
  fileprivate func trimmingSuffix(while holds: (Character) -> Bool) -> String {
    var result = self
    while let last = result.last, holds(last) { result.removeLast() }
    return result
  }
}
