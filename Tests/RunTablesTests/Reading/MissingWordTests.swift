import RunTables
import Testing

/// `None`, `NA`, `null` and `nan` are missing numbers, and words in a column of text.
@Suite struct MissingWordTests {
  @Test(arguments: ["None", "NA", "N/A", "n/a", "null", "NULL", "NaN", "nan"])
  func wordsStay(word: String) throws {
    let table = try plain("arm,loss\n\(word),1\nflip,2\n\(word),3\n,4\n")
    #expect(try table.texts("arm") == [word, "flip", word, ""])
    #expect(try table.unique("arm") == [word, "flip"])
    #expect(
      try table.grouped(by: ["arm"]).map(\.key) == ["arm=\(word)", "arm=flip", "arm=(blank)"])
    #expect(try table.filtered(by: "arm=='\(word)'").rowCount == 2)
    let json = try plain(
      "{\"arm\":\"\(word)\",\"loss\":1}\n{\"arm\":\"flip\",\"loss\":2}\n{\"arm\":null,\"loss\":3}\n",
      source: "a.jsonl")
    #expect(try json.texts("arm") == [word, "flip", ""])
    let back = try plain(table.csvText())
    #expect(back.columns == table.columns)
  }

  /// A column of nothing but one word names something.
  @Test func aColumnOfOneWord() throws {
    let table = try plain("arm,loss\nNone,1\nNone,2\n")
    #expect(try table.texts("arm") == ["None", "None"])
    #expect(try table.filtered(by: "arm==None").rowCount == 2)
    let json = try plain("[{\"arm\":\"NA\"},{\"arm\":\"NA\"}]", source: "a.json")
    #expect(try json.texts("arm") == ["NA", "NA"])
    // Losses that are all nan are lost numbers, and so are the words as numbers.
    #expect(try plain("loss,x\nnan,1\nnan,2\n").column("loss") == .numbers([.nan, .nan]))
    #expect(try table.numbers("arm").allSatisfy { $0.isNaN })
  }

  /// Numbers with a word for "none" stay numbers; the filter asks for what is missing.
  @Test func numbersWithWords() throws {
    let table = try plain("dropout,loss\nNone,1\n0.1,2\n0.2,3\n")
    #expect(try table.numbers("dropout")[1...] == [0.1, 0.2])
    #expect(try table.filtered(by: "dropout==None").lineNumbers == [2])
    #expect(try table.filtered(by: "dropout!=None && loss<3").lineNumbers == [3])
    #expect(
      try table.grouped(by: ["dropout"]).map(\.key)
        == ["dropout=(blank)", "dropout=0.1", "dropout=0.2"])
  }

  /// A column that a bad cell makes text still knows its missing values.
  @Test func missingBesideUnits() throws {
    let table = try plain("size,loss\n70m,1\nNA,2\n1b,3\n")
    let (kept, dropped) = try table.droppingMissing(in: ["size"])
    #expect(dropped == 1 && kept.lineNumbers == [2, 4])
  }

  @Test func answersAndArms() throws {
    let text = """
      model,problem,correct,answer
      None,f1,1,None
      None,f1,1,None
      None,f1,1,
      None,NA,0,0
      """
    let table = try OutcomeTable.parse(text, source: "a.csv")
    #expect(table.arms.map(\.key) == [["None"]])
    #expect(table.arms[0].problems == ["f1", "NA"])
    #expect(table.arms[0].answers == [0, 0, -1, 0])
    let json = try OutcomeTable.parse(
      """
      {"problem": "f", "correct": true, "answer": "None"}
      {"problem": "f", "correct": true, "answer": null}
      {"problem": "f", "correct": false, "answer": "null"}
      """, source: "a.jsonl")
    #expect(json.arms[0].answers == [0, -1, 1])
  }

  /// Rows without a name are not one run.
  @Test(arguments: ["", "NA", "None"])
  func blankRuns(name: String) throws {
    let table = try plain("run,step,loss\na,1,3\na,2,2\n\(name),1,5\n\(name),2,4\n")
    let ends = try table.averagingLast(1)
    #expect(try ends.numbers("loss") == [2, 5, 4])
    #expect(
      message { _ = try table.curves() }?.contains("expected the name of the run") == true)
  }
}
