/// What something that is chosen by name says about itself.
public protocol Card: Sendable {
  /// As study files and the command line write it: lower case, words joined by hyphens.
  var name: String { get }
  /// The options, in the order in which they are listed.
  var options: [CardOption] { get }
}
