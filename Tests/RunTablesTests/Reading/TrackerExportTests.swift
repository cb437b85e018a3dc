import RunTables
import Testing

/// Exports as Weights & Biases, MLflow and TensorBoard write them, made by hand.
@Suite struct TrackerExportTests {
  /// The table of runs of W&B: settings and summaries side by side.
  @Test func runsOfWeightsAndBiases() throws {
    let table = try RunTable.parse(
      """
      "Name","State","Notes","User","Tags","Created","Runtime","Sweep","lr","model.n_params","seed","_step","eval/loss","train/loss","tokens_seen"
      "base-10M","finished","-","ann","","2026-01-05T10:00:00.000Z","812","","0.003","10000000","0","2000","4.1","4.0","200000000"
      "base-30M","finished","-","ann","","2026-01-05T11:00:00.000Z","1812","","0.002","30000000","0","4000","3.6","3.5","600000000"
      """, source: "wandb_export_2026-01-06T09_00_00.000+01_00.csv")
    #expect(try table.texts("run") == ["base-10M", "base-30M"])
    #expect(try table.numbers("N") == [1e7, 3e7])
    #expect(try table.numbers("D") == [2e8, 6e8])
    #expect(try table.numbers("loss") == [4.1, 3.6])
    #expect(try table.numbers("step") == [2000, 4000])
    #expect(try table.numbers("lr") == [0.003, 0.002])
  }

  /// A chart of W&B: a column a run, with its bounds.
  @Test func aChartOfWeightsAndBiases() throws {
    let table = try RunTable.parse(
      """
      "Step","base - v2 - eval/loss","base - v2 - eval/loss__MIN","base - v2 - eval/loss__MAX","gated - eval/loss","gated - eval/loss__MIN","gated - eval/loss__MAX"
      "100","5.1","5.1","5.1","5.0","5.0","5.0"
      "200","4.2","4.2","4.2","","",""
      "300","3.9","3.9","3.9","3.7","3.7","3.7"
      """, source: "wandb_export.csv")
    #expect(try table.texts("run") == ["base - v2", "base - v2", "base - v2", "gated", "gated"])
    #expect(try table.numbers("step") == [100, 200, 300, 100, 300])
    #expect(try table.numbers("loss") == [5.1, 4.2, 3.9, 5.0, 3.7])
    #expect(table.lineNumbers == [2, 3, 4, 2, 4])
    #expect(try table.curves().map(\.run) == ["base - v2", "gated"])
    // A dash alone makes no chart.
    let plain = try RunTable.parse("a - loss,x\n1,2\n", source: "a.csv")
    #expect(plain.columnNames == ["a - loss", "x"])
  }

  /// `mlflow runs` as CSV, and the history of a metric.
  @Test func mlflow() throws {
    let table = try RunTable.parse(
      """
      run_id,experiment_id,status,artifact_uri,start_time,end_time,metrics.val_loss,metrics.train_loss,metrics.tokens,params.n_params,params.lr,params.dropout,tags.mlflow.runName,tags.mlflow.user
      0a1b,1,FINISHED,file:///m/0a1b,2026-01-05 10:00:00+00:00,2026-01-05 10:14:00+00:00,4.1,4.0,2e8,10000000,0.003,None,base-10M,ann
      0a1c,1,FINISHED,file:///m/0a1c,2026-01-05 11:00:00+00:00,2026-01-05 11:31:00+00:00,3.6,3.5,6e8,30000000,0.002,None,base-30M,ann
      """, source: "runs.csv")
    #expect(try table.texts("run") == ["base-10M", "base-30M"])
    #expect(try table.numbers("N") == [1e7, 3e7])
    #expect(try table.numbers("loss") == [4.1, 3.6])
    #expect(try table.texts("params.dropout") == ["None", "None"])
    let history = try RunTable.parse(
      "run_id,key,value,step,timestamp\n0a,val_loss,4,10,1\n0a,lr,1e-3,10,1\n", source: "m.csv")
    #expect(
      history.suggestedMap(for: ["loss"]) == "--map loss=value --where \"key=='val_loss'\"")
  }

  /// One scalar of TensorBoard, and the long form of its data frame.
  @Test func tensorBoard() throws {
    let one = try RunTable.parse("Wall time,Step,Value\n1.7e9,10,2.9\n", source: "loss.csv")
    #expect(try one.numbers("step") == [10])
    #expect(one.suggestedMap(for: ["loss"]) == "--map loss=Value")
    let long = try RunTable.parse(
      "run,tag,step,value,wall_time\na,Loss/train,1,3,1\na,Loss/validation,1,3.1,1\n",
      source: "t.csv")
    #expect(
      long.suggestedMap(for: ["loss"])
        == "--map loss=value --where \"tag=='Loss/validation'\"")
  }
}
