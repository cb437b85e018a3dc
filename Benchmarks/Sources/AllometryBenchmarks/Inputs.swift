import Foundation
import RunTables
import Statistics

/// The files that every program reads: plain CSV of N, D and loss, and one large table.
struct Inputs {
  /// Where the inputs are written.
  var folder: String
  /// The folder of published tables; nil to use planted tables only.
  var data: String?

  /// Tables of iso-FLOP runs: the input's name, the published file and the experiment in it.
  static let isoFLOP: [(name: String, file: String, experiment: String)] = [
    (
      "isoflop-ml_scalefit", "isoflop_chinchilla_binned.csv",
      "ml_scalefit__massivetext__chinchilla"
    ),
    (
      "isoflop-epochai", "isoflop_chinchilla_binned.csv",
      "epochai_chinchilla__massivetext__chinchilla"
    ),
    ("isoflop-llama3", "isoflop_llama3.csv", "llama_3__raw_loss"),
  ]

  func write() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try write(try chinchilla(), as: "chinchilla")
    for table in Self.isoFLOP {
      if let rows = try published("isoflop-llama3/\(table.file)") {
        try write(
          try Self.select(rows, where: "experiment", is: table.experiment), as: table.name)
      } else {
        print("\(table.name): the published table is not here, left out")
      }
    }
    try write(try Self.million(), as: "import")
  }

  /// The 240 rows of the replication of Chinchilla's figure 4, or as many planted ones.
  private func chinchilla() throws -> RunTable {
    if let rows = try published("chinchilla-fig4/chinchilla_fig4.csv") {
      return try Self.select(rows, where: "excluded_top5_loss", is: "0")
    }
    print("chinchilla: the published table is not here, planted rows are used")
    return try Planted.surface(sizes: 20, tokens: 12, seed: 4) { n, d in
      1.8172 + 477.8 / pow(n, 0.3473) + 2143.4 / pow(d, 0.3672)
    }
  }

  private func published(_ file: String) throws -> RunTable? {
    guard let data, FileManager.default.fileExists(atPath: "\(data)/\(file)") else { return nil }
    return try RunTable.read(
      contentsOf: "\(data)/\(file)", options: TableOptions(recognizesConventions: false))
  }

  /// N, D and loss of the rows in which a column has a value.
  private static func select(
    _ table: RunTable, where column: String, is value: String
  ) throws -> RunTable {
    let labels = try table.texts(column)
    let rows = table.selecting(rows: labels.indices.filter { labels[$0] == value })
    let loss = rows.hasColumn("loss") ? "loss" : "loss_nats_per_token"
    return try RunTable(
      [
        "N": .numbers(try rows.numbers("params_N")),
        "D": .numbers(try rows.numbers("train_tokens_D")), "loss": .numbers(try rows.numbers(loss)),
      ], source: table.source)
  }

  /// A million runs in six columns: two of text, four of numbers.
  private static func million() throws -> RunTable {
    let count = 1_000_000
    var random = SplittableRandom(seed: 6)
    var names: [String] = []
    var optimizers: [String] = []
    var columns = [[Double]](repeating: [], count: 4)
    let known = ["adamw", "muon", "sgd"]
    for index in 0..<count {
      let n = (1e6 * exp(8 * random.nextUniform())).rounded()
      let d = (n * (5 + 200 * random.nextUniform())).rounded()
      names.append("run-\(index)")
      optimizers.append(known[random.nextIndex(below: known.count)])
      columns[0].append(n)
      columns[1].append(d)
      columns[2].append(6 * n * d)
      columns[3].append(1.7 + 400 / pow(n, 0.34) + 0.01 * random.nextNormal())
    }
    return try RunTable(
      [
        "name": .text(names), "optimizer": .text(optimizers), "N": .numbers(columns[0]),
        "D": .numbers(columns[1]), "C": .numbers(columns[2]), "loss": .numbers(columns[3]),
      ], source: "generated")
  }

  private func write(_ table: RunTable, as name: String) throws {
    try table.csvText().write(toFile: "\(folder)/\(name).csv", atomically: true, encoding: .utf8)
  }
}
