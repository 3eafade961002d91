/// Checkpoints: four integers. The buffered half block is not stored, because key, stream and position determine it.
extension RandomStream: Codable {
  private enum CodingKeys: String, CodingKey { case seed, key, stream, position }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      seed: try values.decode(UInt64.self, forKey: .seed), key: try values.decode(UInt64.self, forKey: .key),
      stream: try values.decode(UInt64.self, forKey: .stream),
      position: try values.decode(UInt64.self, forKey: .position))
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(seed, forKey: .seed)
    try values.encode(key, forKey: .key)
    try values.encode(stream, forKey: .stream)
    try values.encode(position, forKey: .position)
  }
}
