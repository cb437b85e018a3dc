import Foundation
import Testing

/// `allometry forecast` and `allometry plan` on a saved fit.
@Suite struct SavedFitTests {
  let workspace: Workspace

  init() async throws {
    workspace = try Workspace()
    try workspace.write(PlantedTables.runs(noise: 1e-4), to: "runs.csv")
    let fit = try await workspace.run(
      "fit", "runs.csv", "--law", "chinchilla", "--resamples", "60", "--json")
    try workspace.write(fit.output, to: "fit.json")
  }

  private func value(_ any: Any?) throws -> (value: Double, low: Double, high: Double) {
    let object = try #require(any as? [String: Any])
    return (
      try #require(object["value"] as? Double), try #require(object["low"] as? Double),
      try #require(object["high"] as? Double)
    )
  }

  @Test func forecastsAreNearTheTruth() async throws {
    let outcome = try await workspace.run(
      "forecast", "fit.json", "--at", "N=7B,D=140B", "--at", "N=7e8,D=1.4e10", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    #expect(json["schema"] as? String == "allometry.forecast/1")
    let forecasts = try #require(json["forecasts"] as? [[String: Any]])
    try #require(forecasts.count == 2)
    for (forecast, (size, tokens)) in zip(forecasts, [(7e9, 1.4e11), (7e8, 1.4e10)]) {
      let law = try value(forecast["law"])
      #expect(abs(law.value / PlantedTables.loss(size, tokens) - 1) < 0.002)
      #expect(law.low <= law.value && law.value <= law.high)
      let run = try value(forecast["run"])
      #expect(run.low <= law.low && law.high <= run.high)
    }
    let text = try await workspace.run("forecast", "fit.json", "--at", "N=7B,D=140B")
    #expect(text.output.contains("law chinchilla predicts loss"))
    #expect(text.output.replacingOccurrences(of: "\n ", with: "").contains("N is 7 times above"))
  }

  /// Groups fitted together are saved one by one: each is forecast and planned for by its name.
  @Test func groupsOfAFileAreReadByName() async throws {
    try workspace.write(PlantedTables.arms, to: "arms.csv")
    for share in [["--share", "alpha,beta,E"], []] {
      let fit = try await workspace.run(
        ["fit", "arms.csv", "--law", "chinchilla", "--by", "method", "--json"] + share
          + FitCommandTests.quick)
      #expect(fit.status == 0, "\(fit.error)")
      #expect(
        try fit.json["schema"] as? String
          == (share.isEmpty ? "allometry.fits/1" : "allometry.shared-fit/1"))
      try workspace.write(fit.output, to: "arms.json")
      for (arm, factor) in [("plain", 1.0), ("gated", 0.9)] {
        let forecast = try await workspace.run(
          "forecast", "arms.json#\(arm)", "--at", "N=2e9,D=4e10", "--json")
        #expect(forecast.status == 0, "\(forecast.error)")
        let found = try #require((try forecast.json["forecasts"] as? [[String: Any]])?.first)
        let truth = 1.69 + factor * (406.4 / pow(2e9, 0.34) + 410.7 / pow(4e10, 0.28))
        #expect(abs(try value(found["law"]).value / truth - 1) < 0.01)
        let plan = try await workspace.run("plan", "arms.json#\(arm)", "--compute", "1e21")
        #expect(plan.status == 0, "\(plan.error)")
      }
      let none = try await workspace.run("plan", "arms.json", "--compute", "1e21")
      #expect(none.status != 0)
      #expect(none.error.contains("found 2 fits (plain, gated)"))
      let wrong = try await workspace.run("plan", "arms.json#x", "--compute", "1e21")
      #expect(wrong.error.contains("expected one of plain, gated"))
      let both = try await workspace.run("compare", "arms.json#plain", "arms.json#gated")
      #expect(both.status == 0, "\(both.error)")
    }
  }

  /// The page holds what the terminal prints: the cluster, the limits, what binds, the next runs.
  @Test func thePageHoldsLimitsAndCluster() async throws {
    let outcome = try await workspace.run(
      "plan", "fit.json", "--compute", "1e22", "--memory", "2G", "--gpus", "64", "--days", "30",
      "--accelerator", "H100", "--report", "plan.html")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("Report: plan.html"))
    let page = try workspace.read("plan.html")
    for text in [
      "The plan under all limits", "memory: at most 1e9 parameters", "It fits: 64 H100",
      "Without these limits", "Where to run next",
    ] { #expect(page.contains(text), "\(text)") }
    // The same numbers, cell by cell.
    let line = try #require(
      outcome.output.split(separator: "\n").first { $0.contains("tokens per parameter") })
    let ratio = try #require(line.split(separator: " ").dropFirst(3).first)
    #expect(page.contains(String(ratio)))
    let design = try await workspace.run(
      "design", "--target", "1e21", "--within", "5%", "--worlds", "20", "--report", "design.html")
    #expect(design.status == 0, "\(design.error)")
    #expect(try workspace.read("design.html").contains("The runs of the first ladder"))
  }

  /// Two laws together are held to a limit together, and the text says what each says.
  @Test func limitsAreOfAllLaws() async throws {
    let fit = try await workspace.run(
      "fit", "runs.csv", "--law", "overtraining", "--resamples", "40", "--json")
    var first = try #require(
      try JSONSerialization.jsonObject(with: Data(workspace.read("fit.json").utf8))
        as? [String: Any])
    var second = try fit.json
    first["weight"] = 0.5
    second["weight"] = 0.5
    first["alternatives"] = [second]
    let data = try JSONSerialization.data(withJSONObject: first)
    try workspace.write(String(decoding: data, as: UTF8.self), to: "two.json")
    let outcome = try await workspace.run(
      "plan", "two.json", "--compute", "1e22", "--memory", "2G", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let limited = try #require(try outcome.json["limited"] as? [String: Any])
    #expect(abs(try value(limited["size"]).value / 1e9 - 1) < 1e-6)
    #expect((limited["laws"] as? [Any])?.count == 2)
    let text = try await workspace.run("plan", "two.json", "--compute", "1e22", "--memory", "2G")
    #expect(text.output.contains("Under these limits, each law that has a part in them alone:"))
    #expect(text.output.contains("Other sizes at the same compute, by chinchilla alone:"))
    #expect(!text.output.contains("limits by"))
  }

  @Test func theSmallestScaleThatReachesAnOutcome() async throws {
    let outcome = try await workspace.run(
      "forecast", "fit.json", "--reach", "2.4", "--vary", "D", "--at", "N=1e9", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let smallest = try #require(try outcome.json["smallest"] as? [Any])
    let truth = pow(410.7 / (2.4 - 1.69 - 406.4 / pow(1e9, 0.34)), 1 / 0.28)
    #expect(abs(try value(smallest.first).value / truth - 1) < 0.05)
    let never = try await workspace.run("forecast", "fit.json", "--reach", "0.5")
    #expect(never.output.contains("reached at no C"))
  }

  @Test func aBudgetIsDivided() async throws {
    let outcome = try await workspace.run("plan", "fit.json", "--compute", "5.76e23", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    #expect(json["schema"] as? String == "allometry.plan/1")
    #expect(json["compute"] as? Double == 5.76e23)
    let plan = try #require(json["plan"] as? [String: Any])
    let size = try value(plan["size"])
    let tokens = try value(plan["tokens"])
    #expect(abs(6 * size.value * tokens.value / 5.76e23 - 1) < 1e-6)
    // The closed form of approach 3: N* = G (C/6)^(beta/(alpha+beta)), G = (alpha A/(beta B))^(1/(alpha+beta)).
    let truth = pow(0.34 * 406.4 / (0.28 * 410.7), 1 / 0.62) * pow(5.76e23 / 6, 0.28 / 0.62)
    #expect(abs(log(size.value / truth)) < 0.1)
    #expect(size.low <= size.value && size.value <= size.high)
    for key in ["sizes", "next", "sensitivity"] { #expect(json[key] != nil) }
  }

  @Test(arguments: [
    (["--hours", "100000", "--accelerator", "H100", "--utilisation", "0.4"], "acceleratorHours"),
    (["--target", "2.2"], "plan"),
    (["--target", "2.2", "--inference", "1e13"], "inference"),
    (["--compute", "1e22", "--unique", "50B"], "limitedData"),
    (["--compute", "1e22", "--unique", "50B", "--memory", "8G"], "limited"),
    (
      ["--compute", "1e22", "--serve-on", "H100", "--latency", "1ms", "--kv-memory", "1G"],
      "limited"
    ),
    (["--compute", "1e22", "--inference", "1e13"], "inference"),
    (["--compute", "1e23", "--inference", "1e12", "--total"], "limited"),
    (["--gpus", "512", "--days", "30", "--accelerator", "H100", "--mfu", "0.4"], "cluster"),
    (["--compute", "1e24", "--gpus", "64", "--days", "9", "--accelerator", "b300"], "cluster"),
  ])
  func otherQuestions(arguments: [String], key: String) async throws {
    let outcome = try await workspace.run(["plan", "fit.json", "--json"] + arguments)
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(try outcome.json[key] != nil)
    let text = try await workspace.run(["plan", "fit.json"] + arguments)
    #expect(text.status == 0)
    #expect(text.output.hasPrefix("Plan for "))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func hoursAreFLOPs() async throws {
    let outcome = try await workspace.run(
      "plan", "fit.json", "--hours", "100000", "--accelerator", "H100", "--utilisation", "0.4",
      "--json")
    // 10^5 hours of 3,600 s at 40 % of 989 TFLOP/s.
    let compute = try #require(try outcome.json["compute"] as? Double)
    #expect(abs(compute / (1e5 * 3600 * 0.4 * 989e12) - 1) < 1e-9)
  }

  /// 8 GB at two bytes a parameter: 4B parameters on 1e22/(6·4e9) tokens, and the price of the
  /// hours: 1e22/(0.4·989e12·3600) = 7,022 at 2.5.
  @Test func limitsAndPrice() async throws {
    let outcome = try await workspace.run(
      "plan", "fit.json", "--compute", "1e22", "--memory", "8G", "--accelerator", "H100",
      "--price", "2.5", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    let limited = try #require(json["limited"] as? [String: Any])
    #expect(abs(try value(limited["size"]).value / 4e9 - 1) < 1e-6)
    #expect(abs(try value(limited["tokens"]).value / (1e22 / 24e9) - 1) < 1e-6)
    let binding = try #require(limited["binding"] as? [String])
    #expect(binding.count == 1 && binding[0].hasPrefix("memory"))
    let footprint = try #require(json["footprint"] as? [String: Any])
    #expect(abs((footprint["price"] as? Double ?? 0) / (2.5 * 7_021.7) - 1) < 1e-3)
    let capped = try await workspace.run(
      "plan", "fit.json", "--compute", "1e22", "--accelerator", "H100", "--price", "2.5",
      "--max-price", "1000")
    #expect(capped.output.contains("set by the price"))
  }

  /// The report and the command give the same plan and the same next runs, figure for figure.
  @Test func theReportSaysWhatThePlanSays() async throws {
    let fitted = try await workspace.run(
      "fit", "runs.csv", "--law", "chinchilla", "--resamples", "60", "--report", "report.html",
      "--compute", "1e22")
    #expect(fitted.status == 0, "\(fitted.error)")
    let page = try workspace.read("report.html")
    let json = try await workspace.run("plan", "fit.json", "--compute", "1e22", "--json").json
    let next = try #require(json["next"] as? [String: Any])
    let best = try #require(next["best"] as? [[String: Any]])
    let share = try #require(best.first?["shrinkage"] as? Double)
    #expect(page.contains(String(format: "%.1f", 100 * share)))
    #expect(page.contains("N*/4") && page.contains("Where to run next"))
  }

  @Test func aLadderIsDesigned() async throws {
    let outcome = try await workspace.run(
      "design", "--target", "1e23", "--within", "2%", "--worlds", "20", "--runs", "ladder.csv",
      "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    #expect(json["schema"] as? String == "allometry.design/1")
    let design = try #require(json["design"] as? [String: Any])
    let ladders = try #require(design["ladders"] as? [[String: Any]])
    let runs = try #require(ladders.first?["runs"] as? [[String: Any]])
    let rows = try workspace.read("ladder.csv").split(separator: "\n")
    #expect(rows.count == runs.count + 1 && rows[0] == "run,N,D,C,seed,loss")
    let text = try await workspace.run("design", "--target", "1e23", "--worlds", "20")
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    expectOneSentence(
      try await workspace.run("design", "--target", "1e23", "--within", "0"), status: 64,
      containing: "--within: found \"0\", expected a share")
  }

  @Test func aSavedFitComesFromStandardInput() async throws {
    let outcome = try await workspace.run(
      "forecast", "-", "--at", "N=1e9,D=2e10", input: try workspace.read("fit.json"))
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("At N = 1e9, D = 2e10"))
  }

  @Test(arguments: [
    (["forecast", "fit.json"], 64, "found neither --at nor --reach"),
    (["forecast", "fit.json", "--at", "N=1e9"], 64, "--at: found no D"),
    (["forecast", "fit.json", "--at", "N=0,D=1e9"], 64, "--at: N: found 0"),
    (["forecast", "fit.json", "--at", "N=1e9,D=1e9,T=3"], 64, "--at: found \"T\""),
    (["forecast", "fit.json", "--at", "N=lots"], 64, "found \"lots\", expected a number"),
    (["forecast", "fit.json", "--at", "N=1,N=2"], 64, "N is given twice"),
    (["forecast", "fit.json", "--reach", "2", "--vary", "Q"], 64, "--vary: found \"Q\""),
    (["forecast", "none.json", "--at", "N=1"], 66, "none.json: found no such file"),
    (["forecast", ".", "--at", "N=1"], 66, ".: found a folder"),
    (["forecast", "runs.csv", "--at", "N=1"], 65, "runs.csv: found no JSON object"),
    (["plan", "fit.json"], 64, "found no budget"),
    (["plan", "fit.json", "--compute", "1e21", "--hours", "2"], 64, "found several budgets"),
    (["plan", "fit.json", "--compute", "-1"], 64, "--compute: found -1"),
    (["plan", "fit.json", "--hours", "10"], 64, "--hours needs --accelerator"),
    (["plan", "fit.json", "--hours", "1", "--accelerator", "Z80"], 64, "\"Z80\"; known are A100"),
    (
      ["plan", "fit.json", "--compute", "1e21", "--utilisation", "3"], 64, "--utilisation: found 3"
    ),
    (["plan", "fit.json", "--target", "0.5"], 65, "--target: found 0.5"),
    (["plan", "fit.json", "--compute", "100"], 65, "times fewer than the smallest run"),
    (
      ["plan", "fit.json", "--compute", "1e22", "--inference", "1e18", "--total"], 65,
      "times fewer than the smallest run"
    ),
    (["plan", "fit.json", "--compute", "1e22", "--total"], 64, "--total: expected --inference"),
    (["plan", "fit.json", "--compute", "1e22", "--latency", "2"], 64, "--latency needs"),
    (["plan", "fit.json", "--days", "3", "--compute", "1e22"], 64, "--days needs --gpus"),
    (["plan", "fit.json", "--compute", "1e22", "--with", "foo=3"], 64, "--with: found \"foo\""),
  ])
  func wrongQuestions(arguments: [String], status: Int, sentence: String) async throws {
    expectOneSentence(
      try await workspace.run(arguments), status: Int32(status), containing: sentence)
  }

  /// A fit that was edited by hand into nonsense is bad data, named by its file.
  @Test(arguments: [
    ("\"law\" : \"chinchilla\"", "\"law\" : \"chin\"", "no law is called \"chin\""),
    ("\"level\" : 0.9", "\"level\" : 7", "key \"interval\": found level 7.0"),
    ("\"name\" : \"huber-log\"", "\"name\" : \"hubr\"", "the unknown objective \"hubr\""),
  ])
  func editedFits(old: String, new: String, sentence: String) async throws {
    let text = try workspace.read("fit.json")
    try #require(text.contains(old))
    try workspace.write(text.replacingOccurrences(of: old, with: new), to: "edited.json")
    for command in [
      ["forecast", "edited.json", "--at", "N=1e9,D=1e10"],
      ["plan", "edited.json", "--compute", "1e22"],
    ] {
      let outcome = try await workspace.run(command)
      expectOneSentence(outcome, status: 65, containing: sentence)
      #expect(outcome.error.contains("edited.json: "))
    }
  }

  @Test(arguments: [
    ("{\"schema\":\"other/1\"}", "found schema \"other/1\", expected \"allometry.fit/1\""),
    ("{\"law\":\"chinchilla\"}", "found no key \"schema\""),
    ("{\"schema\":\"allometry.fit/1\"}", "is missing from the saved fit"),
    ("[1,2]", "found no JSON object"), ("{\"schema\":", "found no JSON object"),
    ("", "found no JSON object"),
  ])
  func brokenFits(text: String, sentence: String) async throws {
    try workspace.write(text, to: "broken.json")
    for command in [["forecast", "broken.json", "--at", "N=1,D=1"], ["plan", "broken.json"]] {
      let outcome = try await workspace.run(command)
      expectOneSentence(outcome, status: 65, containing: sentence)
      #expect(outcome.error.contains("broken.json: "))
    }
  }
}
