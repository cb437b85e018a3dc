import Foundation
import RunTables
import Testing

/// What is hardly plausible about a table.
@Suite struct DoubtTests {
  private func doubts(_ text: String, map: String? = nil) throws -> [String] {
    let options = TableOptions(map: try map.map { try ColumnMap.parse($0) })
    return try RunTable.parse(text, source: "a.csv", options: options).doubts()
  }

  @Test func ordinaryTablesRaiseNone() throws {
    #expect(try doubts("N,D,C,loss\n2e7,4e8,4.8e16,5.4\n1e9,2e10,1.2e20,3\n").isEmpty)
    #expect(try doubts("N,D,loss\n1e5,1e6,7\n").isEmpty)
    #expect(try doubts("step,loss\n1,7\n").isEmpty)
    #expect(try doubts("Step,Value\n1,7\n", map: "N=Step,loss=Value").isEmpty)
    // A run that crashed before it had a loss is no part of the fit.
    #expect(try doubts("N,D,loss\n1e8,5e5,NaN\n1e8,2e9,3\n").isEmpty)
  }

  @Test(arguments: [
    (
      "N,D,loss\n1e9,20,3\n7e9,140,2\n",
      "D is 20 to 140 tokens at most; if it is in billions, give --map 'D=D*1e9'"
    ),
    (
      "params,D,loss\n70,2e9,3\n410,8e9,2\n",
      "N is 70 to 410 parameters; if it is in millions, give --map 'N=params*1e6'"
    ),
    ("N,D,loss\n7,1.4e11,3\n13,1e12,2\n", "if it is in billions, give --map 'N=N*1e9'"),
    (
      "N,D,loss\n1e9,5e7,3\n1e9,2e10,2\n",
      "1 of 2 rows have fewer than 0.1 tokens per parameter (first on line 2"
    ),
    ("N,D,loss\n1e5,2e12,3\n", "all 1 rows have more than 1,000,000 tokens per parameter"),
    ("N,D,C,loss\n1e9,2e10,1e12,3\n", "times 6·N·D in the median row"),
    (
      "N,D,loss\n1e9,2e10,1704\n1e9,3e10,12\n",
      "1 of 2 values of loss are above 20 (first on line 2: 1704)"
    ),
    ("N,D,loss,vocab\n1e9,2e10,15.6,50257\n", "is it in bits?"),
    ("N,D,loss,ppl\n1e9,2e10,2,4\n1e9,4e10,1,2\n", "loss is in bits: column ppl is 2 to its power"),
  ])
  func doubtful(text: String, sentence: String) throws {
    let found = try doubts(text)
    #expect(found.contains { $0.contains(sentence) }, "\(found)")
  }

  @Test func perplexitiesInNatsRaiseNone() throws {
    let rows = [2.0, 1.5].map { "1e9,2e10,\($0),\(exp($0))\n" }.joined()
    #expect(try doubts("N,D,loss,ppl\n" + rows).isEmpty)
  }

  @Test func bitsInTheName() throws {
    let found = try doubts("N,D,loss_bits\n1e9,2e10,2\n", map: "loss=loss_bits")
    #expect(
      found == [
        "loss is in bits as its name loss_bits says; nats are had with --map 'loss=loss_bits*log(2)'"
      ])
  }

  /// What the sentence proposes raises no doubt.
  @Test func theProposedMapMends() throws {
    let text = "params,tokens,loss\n1e9,20,3\n7e9,140,2\n"
    #expect(try doubts(text, map: "D=tokens*1e9").isEmpty)
  }

  @Test func twoTables() throws {
    let a = try plain("N,D\n1e8,2e9\n1e9,2e10\n", source: "a.csv")
    let b = try plain("N,D\n70,2e9\n700,2e10\n", source: "b.csv")
    #expect(
      a.doubts(beside: b) == [
        "N of a.csv and b.csv do not overlap: 100000000 to 1000000000 and 70 to 700; does one of them have another unit?"
      ])
    #expect(a.doubts(beside: a).isEmpty)
    let c = try plain("N,D\n2e9,2e10\n", source: "c.csv")
    #expect(a.doubts(beside: c).first?.hasSuffix("and 2000000000") == true)
  }
}
