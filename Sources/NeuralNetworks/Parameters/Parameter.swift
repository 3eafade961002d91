/// A matrix among the parameters of a model: where it stands in a `ParameterStore`.
public struct Parameter: Sendable, Hashable {
  public let offset: Int
  public let rows: Int
  public let columns: Int

  public var count: Int { rows * columns }
  public var range: Range<Int> { offset..<offset + count }
}
