internal import Files

/// The text of a Hugging Face `tokenizer.json` of byte-level tokens.
enum TokenizerText {
  static func json(
    added: String, preTokenizer: String, postProcessor: String, ignoresMerges: Bool,
    vocabulary: [String], merges: String
  ) -> String {
    """
    {
      "version": "1.0",
      "truncation": null,
      "padding": null,
      "added_tokens": [\(added)],
      "normalizer": null,
      "pre_tokenizer": \(preTokenizer),
      "post_processor": \(postProcessor),
      "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, \
    "use_regex": false},
      "model": {
        "type": "BPE",
        "dropout": null,
        "unk_token": null,
        "continuing_subword_prefix": null,
        "end_of_word_suffix": null,
        "fuse_unk": false,
        "byte_fallback": false,
        "ignore_merges": \(ignoresMerges),
        "vocab": {
    \(vocabulary.joined(separator: ",\n"))
        },
        "merges": [\(merges)]
      }
    }

    """
  }
}

extension ByteTokenizer {
  /// The bytes as a vocabulary of `tokenizer.json`, so that a run folder says how text was cut and
  /// other tools can read it: byte b is token b, the end of text is 256, and nothing is merged.
  public static var json: String {
    TokenizerText.json(
      added: """

            {"id": 256, "content": "<|endoftext|>", "single_word": false, "lstrip": false, \
        "rstrip": false, "normalized": false, "special": true}

        """ + "  ",
      preTokenizer: """
        {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": true}
        """,
      postProcessor: "null", ignoresMerges: false,
      vocabulary: ByteAlphabet.scalars.enumerated().map {
        "      \(JSONText.string(String($1))): \($0)"
      }, merges: "")
  }
}
