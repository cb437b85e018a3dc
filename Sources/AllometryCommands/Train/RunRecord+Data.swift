internal import ArgumentParser
internal import Foundation
internal import Training

extension RunRecord {
  /// The data that the run was trained on, read or made again.
  ///
  /// - Throws: a failure if the options are of another version, or the files are gone or changed.
  func dataset(folder: String) throws -> Dataset {
    guard let command = try? TrainCommand.parse(arguments) else {
      throw CommandFailure(
        .badData, "\(folder): run.json has options that this version does not know")
    }
    var description = try command.data.description()
    let tokenizer = "\(folder)/tokenizer.json"
    // A tokenizer that came from elsewhere was copied into the folder.
    if data.tokenizer != nil, data.tokenizer != "bytes", data.tokenizer != "bpe" {
      description.tokenizer = .file(tokenizer)
    }
    let dataset: Dataset
    do throws(DatasetError) {
      dataset = try Dataset(description, keptTokenizer: tokenizer)
    } catch {
      guard case .missing = error else { throw error }
      throw CommandFailure(
        .missingInput,
        "\(error), which the run held data out of; call from the folder where it was trained, or "
          + "give --text")
    }
    guard dataset.record.hash == data.hash,
      dataset.record.tokenizerFingerprint == data.tokenizerFingerprint
    else {
      throw CommandFailure(
        .badData,
        "\(folder): the data have changed since the run was trained (\(dataset.record.name) is "
          + "\(dataset.record.hash), expected \(data.hash)); give --text")
    }
    return dataset
  }
}
