internal import Treatments

/// The study file that `study new` writes.
struct StudyTemplate {
  var name = ""
  var treatments: [String]
  var corpus: String
  var budget: String
  /// FLOPs; nil for ten times the largest run.
  var target: String?
  var rungs = 5
  var seeds = 3

  /// The file that will be at `path`, with a comment for everything that can be changed.
  func text(path: String) -> String {
    """
    # A study: does the treatment still help at scale?
    #   allometry study run \(quoted(path)) --dry-run   shows every run and the time
    #   allometry study run \(quoted(path))             trains, compares, reports
    study: \(quoted(name))

    # What all arms are trained on: toolchain (this machine's own headers and
    # interfaces), a file, or a folder of text.
    corpus:
      text: \(quoted(corpus))
      tokenizer: bpe        # bytes, bpe, or the path of a tokenizer.json
      vocabulary: 1024      # tokens that byte pairs are learned for

    # The baseline's model.
    model:
      preset: llama         # llama or gpt2
      context: 128          # tokens of a sequence
      # head-width: 16      of every head, at all sizes

    # The sizes. With rungs the budget decides how large they get; instead, name
    # them: sizes: [1x32, 2x64, 4x128], or parameters: [50k, 200k, 0.8M].
    ladder:
      rungs: \(rungs)
      tokens-per-parameter: 20
      seeds: \(seeds)              # a number of seeds, or a list of them
      # lengths: [0.25, 0.5, 1]   several lengths from one trunk
      # match: compute            arms get equal FLOPs instead of equal tokens

    # How runs are trained. Several learning rates are swept for each arm:
    # learning-rate: [0.01, 0.02, 0.04], and sweep: every-rung, or rung 2.
    recipe:
      batch: 8              # sequences of a step
      optimizer: muon       # muon, adamw, lion or sgd
      learning-rate: 0.02
      schedule: linear      # linear, cosine, wsd, constant, cooldown

    # The arms beside the baseline; `allometry treatments NAME` lists options:
    #   - gated-attention: {granularity: head}
    treatments:
    \(treatments.map { "  - \($0)" }.joined(separator: "\n"))

    # The time that the study may take on this machine.
    budget: \(budget)
    \(targetLines)
    """
  }

  private var targetLines: String {
    guard let target else {
      return """

        # The scale at which it must still help; default ten times the largest run.
        # target: 1e18 FLOPs

        """
    }
    return """

      # The scale at which it must still help.
      target: \(target) FLOPs

      """
  }

  /// A text that YAML would read as something else.
  private func quoted(_ text: String) -> String {
    let isPlain = text.allSatisfy { $0.isLetter || $0.isNumber || "-_./+".contains($0) }
    return isPlain && Double(text) == nil && !text.isEmpty
      ? text : "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }
}
