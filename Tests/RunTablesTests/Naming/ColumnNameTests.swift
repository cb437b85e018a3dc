import RunTables
import Testing

@Suite struct ColumnNameTests {
  @Test func mapText() throws {
    let map = try ColumnMap.parse(
      "N=params, D = train tokens ,loss=eval/loss,\"a,b\"=\"x=\"\"y\"\"\"")
    #expect(
      map.entries == [
        .init(target: "N", source: "params"), .init(target: "D", source: "train tokens"),
        .init(target: "loss", source: "eval/loss"), .init(target: "a,b", source: "x=\"y\""),
      ])
  }

  @Test(arguments: [
    ("", "character 1: found the end of the text, expected a column name such as N"),
    (
      "N",
      "character 2: found the end of the text, expected '=' and the name of a column of the file"
    ),
    ("N=", "character 3: found the end of the text, expected the name of a column of the file"),
    ("N=a,", "character 5: found the end of the text, expected a column name such as N"),
    ("N=a=b", "character 4: found \"=b\", expected a comma or the end of the map"),
    ("N=\"a", "character 5: found the end of the text, expected a closing double quote"),
    ("N=a,N=b", "character 5: found \"N=b\", expected each target once; N was given before"),
  ])
  func malformedMap(text: String, expected: String) {
    #expect(
      message { _ = try ColumnMap.parse(text) }
        == "map \"\(text.replacing("\"", with: "\""))\": \(expected)")
  }

  @Test func mapRenamesAllAtOnce() throws {
    let table = try plain("N,D,loss\n1,2,3\n")
    let swapped = try table.applying(try ColumnMap.parse("N=D,D=N"))
    #expect(try swapped.column("N") == .numbers([2]))
    #expect(try swapped.column("D") == .numbers([1]))
    let kept = try table.applying(try ColumnMap.parse("loss=D"))
    #expect(try kept.column("loss") == .numbers([2]))
    #expect(try kept.column("loss.original") == .numbers([3]))
    #expect(
      kept.notes == [
        "the column loss of the file is kept as loss.original", "column D read as loss, as asked",
      ])
    let same = try table.applying(try ColumnMap.parse("N=N"))
    #expect(same.columns == table.columns && same.notes.isEmpty)
    let both = try table.applying(try ColumnMap.parse("U=D,tokens=D"))
    #expect(both.columnNames == ["N", "U", "tokens", "loss"])
    let clash = try plain("loss,loss.original,x\n1,2,3\n")
    #expect(throws: TableError.self) { try clash.applying(try ColumnMap.parse("loss=x")) }
  }

  @Test func mapOfAnAbsentColumnSuggests() throws {
    let table = try plain("parameters,loss\n1,2\n")
    #expect(
      message { _ = try table.applying(try ColumnMap.parse("N=params")) }
        == "runs.csv: found columns parameters, loss, expected a column params to be read as N; "
        + "did you mean parameters?")
  }

  /// One header a convention, and which column becomes which.
  @Test(arguments: [
    ("C,N,D,loss", [String: String]()),
    (
      "source,dataset,model,condition,experiment,tokens,params,budget,loss,outlier,reason",
      ["tokens": "D", "params": "N", "budget": "C"]
    ),
    (
      "x,y,color,Model Size,Training FLOP,hex_color,loss",
      ["Model Size": "N", "Training FLOP": "C"]
    ),
    ("_step,eval/loss,Name", ["_step": "step", "eval/loss": "loss", "Name": "run"]),
    (
      "_step,train/loss,throughput/total_tokens",
      ["train/loss": "loss", "throughput/total_tokens": "D", "_step": "step"]
    ),
    (
      "run_id,tags.mlflow.runName,params.n_params,metrics.loss",
      ["tags.mlflow.runName": "run", "params.n_params": "N", "metrics.loss": "loss"]
    ),
    ("run_id,metrics.loss", ["run_id": "run", "metrics.loss": "loss"]),
    (
      "params_N,train_tokens_D,train_flop_C,loss_nats_per_token",
      ["params_N": "N", "train_tokens_D": "D", "train_flop_C": "C", "loss_nats_per_token": "loss"]
    ),
    (
      "params_N,flop_budget_C,lr_logged",
      ["params_N": "N", "flop_budget_C": "C", "lr_logged": "lr"]
    ),
    ("train_flop_6ND,model params", ["train_flop_6ND": "C", "model params": "N"]),
    (
      "n_params,n_tokens,flops,val_loss",
      ["n_params": "N", "n_tokens": "D", "flops": "C", "val_loss": "loss"]
    ),
    (
      "num_params,train_tokens,compute,validation_loss",
      ["num_params": "N", "train_tokens": "D", "compute": "C", "validation_loss": "loss"]
    ),
    (
      "parameters,tokens,train_flops,eval_loss",
      ["parameters": "N", "tokens": "D", "train_flops": "C", "eval_loss": "loss"]
    ),
    ("PARAMS,Loss,final", ["PARAMS": "N", "Loss": "loss"]),
    ("budget,final_loss", ["final_loss": "loss"]),
  ])
  func conventions(header: String, renamed: [String: String]) throws {
    let names = header.split(separator: ",").map(String.init)
    let row = names.indices.map { "\($0 + 1)" }.joined(separator: ",")
    let table = try RunTable.parse("\(header)\n\(row)\n", source: "runs.csv")
    #expect(table.columnNames == names.map { renamed[$0] ?? $0 })
    for (index, name) in table.columnNames.enumerated() {
      #expect(try table.column(name) == .numbers([Double(index + 1)]))
      #expect(try table.numbers(names[index]) == [Double(index + 1)], "former name \(names[index])")
    }
    #expect(table.notes.count == renamed.count)
    for (old, new) in renamed {
      #expect(table.notes.contains { $0.hasPrefix("column \(old) read as \(new)") })
    }
  }

  @Test func gigaflopsAreScaled() throws {
    let table = try RunTable.parse("throughput/total_training_Gflops,loss\n2.5,1\n")
    #expect(try table.column("C") == .numbers([2.5e9]))
    #expect(
      table.notes == ["column throughput/total_training_Gflops read as C (times 1000000000)"])
    #expect(!table.hasColumn("throughput/total_training_Gflops"))
  }

  @Test func prioritiesAreFixedAndSaid() throws {
    let table = try RunTable.parse("train/loss,val_loss,eval/loss\n1,2,3\n")
    #expect(try table.column("loss") == .numbers([3]))
    #expect(
      table.notes
        == ["column eval/loss read as loss (also present and not used: val_loss, train/loss)"])
    let present = try RunTable.parse("loss,val_loss\n1,2\n")
    #expect(present.notes.isEmpty && present.columnNames == ["loss", "val_loss"])
    let mapped = try RunTable.parse(
      "val_loss,eval/loss\n1,2\n", options: .init(map: try ColumnMap.parse("loss=val_loss")))
    #expect(try mapped.column("loss") == .numbers([1]))
  }

  @Test func computeIsDerived() throws {
    let c = try plain("N,D\n2,3\n").derivingCompute()
    #expect(try c.column("C") == .numbers([36]) && c.notes == ["C computed as 6·N·D"])
    let d = try plain("N,C\n2,36\n").derivingCompute()
    #expect(try d.column("D") == .numbers([3]) && d.notes == ["D computed as C/(6·N)"])
    let n = try plain("C,D\n36,3\n").derivingCompute()
    #expect(try n.column("N") == .numbers([2]) && n.notes == ["N computed as C/(6·D)"])
    #expect(try plain("N,x\n2,3\n").derivingCompute().columnNames == ["N", "x"])
    #expect(try plain("N,D,C\n2,3,4\n").derivingCompute().column("C") == .numbers([4]))
  }

  /// Experts that a token does not use cost it nothing; which are counted is said.
  @Test func idleParametersAreSaid() throws {
    let table = try RunTable.parse(
      "total_params,active_params,D,loss\n8e9,1e9,2e10,2.5\n1.6e10,2e9,4e10,2.3\n", source: "a.csv",
      options: TableOptions(map: try ColumnMap.parse("N=total_params,active=active_params"))
    ).derivingCompute()
    #expect(table.notes.contains { $0.contains("--flops-per-token '6*active'") })
    let dense = try RunTable.parse("N,D,loss\n2,3,4\n", source: "b.csv").derivingCompute()
    #expect(dense.notes == ["C computed as 6·N·D"])
  }
}
