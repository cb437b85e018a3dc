import Testing

/// Checks that a failure has its status, says one sentence and prints nothing else.
func expectOneSentence(
  _ outcome: Outcome, status: Int32, containing sentence: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(outcome.status == status, "\(outcome.error)", sourceLocation: sourceLocation)
  #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
  #expect(outcome.sentences.count == 1, "\(outcome.error)", sourceLocation: sourceLocation)
  #expect(
    outcome.error.hasPrefix("allometry: "), "\(outcome.error)", sourceLocation: sourceLocation)
  #expect(outcome.error.contains(sentence), "\(outcome.error)", sourceLocation: sourceLocation)
}
