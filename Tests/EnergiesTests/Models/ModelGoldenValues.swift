import Foundation
import Testing

/// Golden/models.json, written by Golden/make_models.py.
struct ModelGoldenValues: Decodable {
  let points: [[Double]]?
  let energies: [Double]?
  let forces: [[Double]]?
  let log_partition_function: Double?
  let means: [Double]?
  let component_means: [[Double]]?

  /// One-dimensional wells: statistics of exp(−v).
  struct Well: Decodable {
    let log: Double
    let mean: Double
    let variance: Double
    let difference: Double?
  }

  struct File: Decodable {
    let models: [String: ModelGoldenValues]
    let wells: [String: Well]

    private struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Key.self)
      wells = try values.decode([String: Well].self, forKey: Key(stringValue: "wells"))
      var models: [String: ModelGoldenValues] = [:]
      for key in values.allKeys where key.stringValue != "wells" {
        models[key.stringValue] = try values.decode(ModelGoldenValues.self, forKey: key)
      }
      self.models = models
    }
  }

  static func load() throws -> File {
    let url = try #require(Bundle.module.url(forResource: "models", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(File.self, from: Data(contentsOf: url))
  }
}
