import Foundation
import RunTables
import TestSupport
import Testing

@Suite(.enabled(if: SharedData.isPresent, "../shared/data is absent"))
struct SharedDataTests {
  /// Row counts as stated in each folder's README.
  @Test(arguments: [
    ("chinchilla-fig4/chinchilla_fig4.csv", 245, ["N", "C", "D", "loss"]),
    ("isoflop-llama3/isoflop_llama3.csv", 266, ["N", "C", "D", "loss"]),
    ("isoflop-llama3/isoflop_chinchilla_binned.csv", 247, ["N", "C", "D", "loss"]),
    ("multi-power-law-curves/loss_curves.csv", 4613, ["step", "lr", "loss"]),
    ("multi-power-law-curves/lr_schedules_every_40_steps.csv", 7200, ["step", "lr"]),
    ("step-law-lr-batch/dense_lr_bs_loss.csv", 1911, ["N", "D", "lr", "loss"]),
    ("openclip/zeroshot_results.csv", 1107, []),
    ("openclip/imagenet_learning_curves.csv", 3021, ["lr"]),
    ("learning-curve-benchmark-nmt/nmt.csv", 53, ["loss"]),
  ])
  func rowsAndCanonicalColumns(path: String, rows: Int, canonical: [String]) throws {
    let table = try RunTable.read(contentsOf: SharedData.path(path))
    #expect(table.rowCount == rows)
    for name in canonical { #expect(try table.numbers(name).count == rows, "\(name)") }
    #expect(try plain(table.csvText()).columns == table.columns)
  }

  @Test func chinchillaFigure() throws {
    let table = try RunTable.read(
      contentsOf: SharedData.path("chinchilla-fig4/chinchilla_fig4.csv"))
    let kept = try table.validated(positive: ["N", "D", "C", "loss"])
      .filtered(by: "excluded_top5_loss == 0")
    #expect(kept.rowCount == 240)
  }

  @Test func lossCurves() throws {
    let path = try SharedData.path("multi-power-law-curves/loss_curves.csv")
    let curves = try RunTable.read(contentsOf: path)
      .curves(run: ["model_label_Mparams", "schedule"])
    #expect(curves.reduce(0) { $0 + $1.steps.count } == 4613)
    #expect(curves.allSatisfy { $0.constant("split") != nil })
  }
}
