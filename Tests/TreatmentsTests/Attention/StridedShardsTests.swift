import Cards
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct StridedShardsTests {
  /// Heads together see every block of the past if and only if there are as many as the stride.
  @Test(arguments: [1, 2, 3, 4, 6, 8], [1, 2, 3, 4, 8])
  func headsTogetherSeeEverythingIfThereAreEnough(heads: Int, stride: Int) {
    let rule = ContextShards(block: 1, localBlocks: 1, stride: stride)
    for length in [9, 33] {
      let last = length - 1
      let seesAll = (0..<length).allSatisfy { key in
        (0..<heads).contains { rule.contains(key, of: last, head: $0, heads: heads) }
      }
      #expect(seesAll == (heads >= stride))
    }
  }

  /// Written out from the formula: (r + h·step + 1) mod v = 0.
  @Test func theShardsOfSomeHeads() {
    func blocks(_ rule: ContextShards, _ head: Int) -> [Int] {
      (0..<12).filter { rule.isInShard($0, head: head, heads: 4) }
    }
    let four = ContextShards(block: 64, localBlocks: 1, stride: 4)
    #expect(blocks(four, 0) == [3, 7, 11])
    #expect(blocks(four, 1) == [2, 6, 10])
    let eight = ContextShards(block: 64, localBlocks: 1, stride: 8)
    #expect(blocks(eight, 0) == [7])
    #expect(blocks(eight, 1) == [5])
    #expect(blocks(eight, 3) == [1, 9])
  }

  /// Four heads at a stride of eight see four of eight residues, and equal heads one.
  @Test func residuesThatHeadsSee() {
    func residues(_ rule: ContextShards) -> Int {
      (0..<8).count { block in
        (0..<4).contains { rule.isInShard(block, head: $0, heads: 4) }
      }
    }
    #expect(residues(ContextShards(block: 64, localBlocks: 1, stride: 8)) == 4)
    #expect(
      residues(ContextShards(block: 64, localBlocks: 1, stride: 8, isSameForAllHeads: true)) == 1)
  }

  @Test(arguments: [1, 3, 4], [1, 2, 5])
  func countsAreThoseOfTheRule(block: Int, stride: Int) {
    for (localBlocks, isSame) in [(1, false), (2, false), (3, true)] {
      let rule = ContextShards(
        block: block, localBlocks: localBlocks, stride: stride, isSameForAllHeads: isSame)
      let selection = KeySelection(isSharedByHeads: isSame) { head, query, key, _ in
        key <= query && rule.contains(key, of: query, head: head, heads: 4)
      }
      for length in [1, 7, 20, 70] {
        let list = selection.blocks(headCount: 4, length: length, isCausal: true)
        #expect(list.pairCount == rule.pairCount(heads: 4, length: length))
        var kept = 0
        for keyHead in 0..<2 {
          kept += (0..<length).count { key in
            (2 * keyHead..<2 * keyHead + 2).contains {
              rule.contains(key, of: length - 1, head: $0, heads: 4)
            }
          }
        }
        #expect(kept == rule.keptKeys(heads: 4, keyHeads: 2, length: length))
      }
    }
  }

  /// What a head once does not see it never sees again, so that its keys can be dropped.
  @Test func keysThatAreDroppedStayDropped() {
    let rule = ContextShards(block: 3, localBlocks: 2, stride: 4)
    for head in 0..<4 {
      for key in 0..<40 {
        let seen = (key..<40).map { rule.contains(key, of: $0, head: head, heads: 4) }
        let last = seen.lastIndex(of: true) ?? -1
        #expect(seen[...last].allSatisfy { $0 })
      }
    }
  }

  /// A layer's dense neighbours stay as they are; its state shrinks by what shards leave out.
  @Test func firstLayersStayDense() throws {
    let baseline = TreatmentFixtures.baselines[0].model
    func costs(_ dense: Int) throws -> RunCosts {
      try Arm(
        name: "shards",
        choices: [
          try TreatmentCatalog.choice(
            named: "strided-shards",
            ["block": 2, "local-blocks": 1, "dense-layers": .number(Double(dense))])
        ]
      ).costs(baseline, length: 24)
    }
    let plain = try Arm(name: "baseline").costs(baseline, length: 24)
    let (none, one, two) = (try costs(0), try costs(1), try costs(2))
    #expect(two == plain)
    #expect(plain.stateBytes - none.stateBytes == 2 * (plain.stateBytes - one.stateBytes))
    // Blocks of two, one of four and the last: each head keeps three to four of twelve blocks.
    #expect(none.stateBytes < plain.stateBytes * 4 / 12 + 1)
    #expect(none.forwardOperationsPerToken < plain.forwardOperationsPerToken)
  }
}
