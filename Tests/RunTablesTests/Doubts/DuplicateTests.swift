import RunTables
import Testing

@Suite struct DuplicateTests {
  @Test func rowsThatRepeatInEveryCellAreCountedOnce() throws {
    let table = try RunTable.parse(
      "run,N,loss,note\na,1e8,3.1,\nb,2e8,2.9,x\na,1e8,3.1,\na,1e8,3.10,\na,1e8,3.2,\n")
    let once = table.countingDuplicatesOnce()
    #expect(once.rowCount == 3)
    #expect(once.lineNumbers == [2, 3, 6])
    #expect(
      once.notes == [
        "2 of 5 rows repeat an earlier row in every cell and are counted once (lines 4, 5); --keep-duplicates keeps them"
      ])
  }

  @Test func missingCellsAgree() throws {
    let table = try RunTable.parse("N,loss\n1e8,NaN\n1e8,NaN\n1e8,3\n")
    #expect(table.countingDuplicatesOnce().rowCount == 2)
  }

  @Test func rowsThatDifferAreKept() throws {
    let table = try RunTable.parse("N,loss,seed\n1e8,3.1,0\n1e8,3.1,1\n")
    let once = table.countingDuplicatesOnce()
    #expect(once.rowCount == 2)
    #expect(once.notes == table.notes)
  }
}
