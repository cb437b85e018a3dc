import RunTables
import Testing

/// What a column is taken for: letters, units in names, names of exports.
@Suite struct ColumnMeaningTests {
  private func read(_ text: String) throws -> RunTable {
    try RunTable.parse(text, source: "runs.csv").derivingCompute()
  }

  /// A small letter is a width, a setting or the number of a row; what follows from recognised
  /// columns goes before it.
  @Test(arguments: [
    ("d,params,flops,loss\n64,2e7,4.8e16,5.4\n", "D", 4e8),
    ("params,tokens,c,loss\n2e7,4e8,0.1,5.4\n", "C", 4.8e16),
    ("n,flops,tokens,loss\n1,4.8e16,4e8,5.4\n", "N", 2e7),
    ("u,N,D,loss\n3,2e7,4e8,5.4\n", "C", 4.8e16),
    ("D,params,tokens,loss\n64,2e7,4e8,5.4\n", "D", 4e8),
    ("D,layers,params,flops,loss\n64,4,2e7,4.8e16,5.4\n", "D", 4e8),
    ("N,D,C,loss\n2e7,4e8,0.1,5.4\n", "C", 4.8e16),
    ("N,n_params,tokens,loss\n12,2e7,4e8,5.4\n", "N", 2e7),
    ("C,params,tokens,flops,loss\n3,2e7,4e8,4.8e16,5.4\n", "C", 4.8e16),
  ])
  func letters(text: String, column: String, value: Double) throws {
    let table = try read(text)
    #expect(abs(try table.numbers(column)[0] / value - 1) < 1e-12)
  }

  @Test func smallLettersAreNotTakenAndTheMapIsNamed() throws {
    let table = try read("n,d,loss\n2e7,4e8,5.4\n")
    #expect(table.columnNames == ["n", "d", "loss"])
    #expect(table.suggestedMap(for: ["N", "D"]) == "--map N=n,D=d")
    let kept = try read("D,params,tokens,loss\n64,2e7,4e8,5.4\n")
    #expect(try kept.numbers("D.original") == [64])
    #expect(kept.notes.contains { $0.hasPrefix("column D, which is at most 64, is kept as") })
  }

  /// Units in a name are understood and said.
  @Test(arguments: [
    ("tokens_B", "D", 1e9), ("params_M", "N", 1e6), ("N_B", "N", 1e9), ("D (billions)", "D", 1e9),
    ("Params [M]", "N", 1e6), ("training_tokens_billions", "D", 1e9), ("n_params_m", "N", 1e6),
    ("Tokens (T)", "D", 1e12), ("tokens in trillions", "D", 1e12), ("tokens_bn", "D", 1e9),
    ("num_params_millions", "N", 1e6), ("tokensB", "D", 1e9), ("B tokens", "D", 1e9),
    ("billion_tokens", "D", 1e9), ("Model Size (B)", "N", 1e9), ("compute_EFLOPs", "C", 1e18),
    ("train_ZFLOPs", "C", 1e21), ("PF-days", "C", 8.64e19), ("petaflop/s-days", "C", 8.64e19),
    ("total_PFLOPs", "C", 1e15), ("unique_tokens_B", "U", 1e9),
    ("batch_size_tokens_M", "batch_tokens", 1e6), ("config.params_M", "N", 1e6),
  ])
  func unitsInNames(name: String, canonical: String, factor: Double) throws {
    let table = try RunTable.parse("\"\(name)\",x\n2.5,1\n", source: "a.csv")
    #expect(abs(try table.numbers(canonical)[0] / (2.5 * factor) - 1) < 1e-12)
    #expect(
      table.notes.contains {
        $0.hasPrefix("column \(name) read as \(canonical) (times ")
          && $0.hasSuffix("the unit in its name)")
      }, "\(table.notes)")
  }

  @Test(arguments: ["params_N", "tokens_D", "TFLOPs", "tflops_per_sec", "loss_B", "size_B"])
  func namesWithoutAUnit(name: String) throws {
    let table = try RunTable.parse("\(name),x\n2.5,1\n", source: "a.csv")
    #expect(table.notes.allSatisfy { !$0.contains("times") })
  }

  /// A unit in the name of numbers that are counts already is not applied, and this is said.
  @Test func countsUnderAUnit() throws {
    let table = try RunTable.parse("tokens_B,x\n2e10,1\n", source: "a.csv")
    #expect(try table.numbers("D") == [2e10])
    #expect(table.notes.contains { $0.contains("too large for the unit in its name") })
    let mapped = try RunTable.parse(
      "tokens_B,x\n20,1\n", source: "a.csv", options: .init(map: try ColumnMap.parse("D=tokens_B")))
    #expect(try mapped.numbers("D") == [2e10])
  }

  /// Any expression in a map.
  @Test(arguments: [
    ("D=tokens_b*1e9", "D", 3e9), ("loss=log(ppl)", "loss", 2), ("N=width^2*12", "N", 49_152),
    ("D=max(tokens_b,1)*1e9,x=width", "D", 3e9), ("D=step*batch", "D", 1_000),
    ("D=\"odd (k)\"*1000", "D", 5000), ("D=`odd (k)`*1e3", "D", 5000), ("D=1e9*tokens_b", "D", 3e9),
    ("loss=(ppl-7.38905609893065)/width+2", "loss", 2), ("width=width/2", "width", 32),
  ])
  func expressionsInMaps(map: String, column: String, value: Double) throws {
    let text = "tokens_b,ppl,width,step,batch,odd (k)\n3,7.38905609893065,64,10,100,5\n"
    let table = try plain(text, options: .init(map: try ColumnMap.parse(map)))
    #expect(abs(try table.numbers(column)[0] / value - 1) < 1e-12)
  }

  @Test func expressionsReadTheFile() throws {
    // N is renamed, and the expression still reads the N of the file.
    let table = try plain(
      "N,D\n2,3\n", options: .init(map: try ColumnMap.parse("N=D,D=N*10")))
    #expect(try table.numbers("N") == [3] && table.numbers("D") == [20])
    var options = TableOptions(map: try ColumnMap.parse("loss=nll*2"))
    options.computed = [try ComputedColumn.parse("nll=-log(acc)")]
    #expect(abs(try plain("acc,x\n0.5,1\n", options: options).numbers("loss")[0] - 1.386294) < 1e-6)
    let wrong = message {
      _ = try plain("tokens,x\n1,2\n", options: .init(map: try ColumnMap.parse("D=token*1e9")))
    }
    #expect(
      wrong?.contains("expression \"token*1e9\": character 1: found \"token\"") == true
        && wrong?.contains("did you mean tokens?") == true, "\(wrong ?? "")")
  }

  /// `1b` and `70m` are read alike, and shown as they were written.
  @Test func lowerCaseUnits() throws {
    for name in ["N", "params", "Model Size", "n_params"] {
      let table = try RunTable.parse("\(name),loss\n70m,3\n1b,2\n1.4B,1\n", source: "a.csv")
      #expect(try table.numbers("N") == [7e7, 1e9, 1.4e9])
    }
    let sizes = try RunTable.parse("size,loss\n160M,3\n1.4B,2\n160M,1\n", source: "a.csv")
    #expect(try sizes.grouped(by: ["size"]).map(\.key) == ["size=160M", "size=1.4B"])
    #expect(try sizes.texts("size") == ["160M", "1.4B", "160M"])
    #expect(try sizes.filtered(by: "size<1b").rowCount == 2)
    let renamed = try RunTable.parse(
      "model,loss\n160m,3\n1b,2\n", source: "a.csv",
      options: .init(map: try ColumnMap.parse("N=model")))
    #expect(try renamed.texts("N") == ["160M", "1B"])
    #expect(try plain("size,x\n160000000,1\n").texts("size") == ["160000000"])
    #expect(try plain("{\"size\": \"160M\"}\n", source: "a.jsonl").texts("size") == ["160M"])
  }

  /// Headers of courses and trackers.
  @Test(arguments: [
    (
      "parameters,compute_budget,final_loss",
      ["parameters": "N", "compute_budget": "C", "final_loss": "loss"]
    ),
    ("Model Size,Training FLOPs,Loss", ["Model Size": "N", "Training FLOPs": "C", "Loss": "loss"]),
    ("modelSize,trainFLOPs,valLoss", ["modelSize": "N", "trainFLOPs": "C", "valLoss": "loss"]),
    (
      "Name,config.n_params,summary.eval/loss,summary.tokens_seen",
      [
        "Name": "run", "config.n_params": "N", "summary.eval/loss": "loss",
        "summary.tokens_seen": "D",
      ]
    ),
    (
      "run_id,params.num_parameters,metrics.validation_loss,metrics.total_flops",
      [
        "run_id": "run", "params.num_parameters": "N", "metrics.validation_loss": "loss",
        "metrics.total_flops": "C",
      ]
    ),
    ("config.model.n_params,train.loss", ["config.model.n_params": "N", "train.loss": "loss"]),
    (
      "train/global_step,train/num_input_tokens_seen,eval/loss,train/total_flos",
      [
        "train/global_step": "step", "train/num_input_tokens_seen": "D", "eval/loss": "loss",
        "train/total_flos": "C",
      ]
    ),
    ("params.N,params.D,metrics.loss", ["params.N": "N", "params.D": "D", "metrics.loss": "loss"]),
    ("Wall time,Step,Value", ["Step": "step"]),
    ("non_embedding_params,val_nll", ["non_embedding_params": "N", "val_nll": "loss"]),
    ("N Params,Total Tokens,Val Loss", ["N Params": "N", "Total Tokens": "D", "Val Loss": "loss"]),
  ])
  func exports(header: String, renamed: [String: String]) throws {
    let names = header.split(separator: ",").map(String.init)
    let row = names.indices.map { "\($0 + 1)e9" }.joined(separator: ",")
    let table = try RunTable.parse("\(header)\n\(row)\n", source: "runs.csv")
    #expect(table.columnNames == names.map { renamed[$0] ?? $0 })
  }

  /// A setting called loss is no loss.
  @Test func wordsAreNoLosses() throws {
    let table = try RunTable.parse(
      "params.loss,metrics.eval/cross_entropy\nhinge,2.5\n", source: "a.csv")
    #expect(try table.numbers("loss") == [2.5])
  }

  @Test(arguments: [
    ("size_in_kb,ce,x\n1,2,3\n", ["N", "loss"], "--map N=size_in_kb,loss=ce"),
    ("Wall time,Step,Value\n1,2,3\n", ["loss"], "--map loss=Value"),
    ("val ppl,x\n12,3\n", ["loss"], "--map 'loss=log(`val ppl`)'"),
    ("val_bpb,x\n1.2,3\n", ["loss"], "--map 'loss=val_bpb*log(2)'"),
    ("step,batch_tokens,x\n10,100,3\n", ["D"], "--map 'D=step*batch_tokens'"),
    ("my tokens,x\n10,3\n", ["D"], "--map 'D=my tokens'"),
    ("foo,bar\n10,3\n", ["D"], nil),
  ])
  func suggestions(text: String, missing: [String], map: String?) throws {
    let table = try RunTable.parse(text, source: "a.csv")
    #expect(table.suggestedMap(for: missing) == map)
    // What is suggested is what the option takes.
    if let map {
      let argument = map.dropFirst("--map ".count).filter { $0 != "'" }
      let mapped = try RunTable.parse(
        text, source: "a.csv", options: .init(map: try ColumnMap.parse(String(argument))))
      #expect(missing.allSatisfy { mapped.hasColumn($0) })
    }
  }

  /// The results of lm-evaluation-harness, one model a line.
  @Test func harnessResults() throws {
    let table = try RunTable.parse(
      """
      {"model_name": "a", "config": {"model_num_parameters": 160000000}, "results": {"arc_easy": {"alias": "arc", "acc,none": 0.4, "acc_stderr,none": 0.01, "acc_norm,none": 0.5}, "gsm8k": {"exact_match,strict-match": 0.1, "exact_match_stderr,strict-match": 0.02}}}
      {"model_name": "b", "config": {"model_num_parameters": 1400000000}, "results": {"arc_easy": {"alias": "arc", "acc,none": 0.6, "acc_stderr,none": 0.01, "acc_norm,none": 0.7}, "gsm8k": {"exact_match,strict-match": 0.3, "exact_match_stderr,strict-match": 0.02}}}
      """, source: "results.jsonl")
    #expect(try table.numbers("N") == [1.6e8, 1.4e9])
    #expect(try table.numbers("metric.arc_easy") == [0.4, 0.6])
    #expect(try table.numbers("stderr.arc_easy") == [0.01, 0.01])
    #expect(try table.numbers("metric.gsm8k") == [0.1, 0.3])
  }

  /// Text that needs quotes is shown with them.
  @Test(arguments: [
    ("set==Pile-CC", "text in quotes: set=='Pile-CC'"),
    ("set!=Pile-CC && N>1", "text in quotes: set!='Pile-CC'"),
    ("set==gpt-2 medium", "text in quotes: set=='gpt-2 medium'"),
    ("set==C4/en", "text in quotes: set=='C4/en'"),
    ("(set==a+b)", "text in quotes: set=='a+b'"),
    ("set==x:y", "text needs quotes: set=='x:y'"),
    ("set == x:y", "text needs quotes: set == 'x:y'"),
    ("set==2024-01-01", "text in quotes: set=='2024-01-01'"),
    ("set==two words", "text in quotes: set=='two words'"),
  ])
  func quotesInFilters(filter: String, hint: String) throws {
    let table = try plain(
      "set,N\nPile-CC,1\ngpt-2 medium,2\nC4/en,3\na+b,4\nx:y,5\n2024-01-01,6\ntwo words,7\n")
    let sentence = message { _ = try table.filtered(by: filter) }
    #expect(sentence?.contains(hint) == true, "\(sentence ?? "accepted")")
  }

  @Test func aForgottenAndIsNoText() throws {
    let table = try plain("set,N\nc4,1\npile,2\n")
    let sentence = message { _ = try table.filtered(by: "set==c4 and N>1") }
    #expect(sentence?.contains("found \"and\", expected '&&'") == true, "\(sentence ?? "")")
  }
}
