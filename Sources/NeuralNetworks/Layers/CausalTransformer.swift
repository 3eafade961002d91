/// Blocks of causal attention and a two-layer network, both on normalised inputs and added to what they came from
/// (Vaswani et al. 2017, arXiv:1706.03762; normalised first: Xiong et al. 2020, arXiv:2002.04745).
///
/// Shape: `[width][tokens × samples]`, the samples of a token side by side. The result for token t depends on tokens 0 … t.
public struct CausalTransformer: Sendable {
  private struct Block: Sendable {
    var attentionNorm: LayerNorm
    /// Queries, keys and values, one below another.
    var projection: Linear
    var output: Linear
    var networkNorm: LayerNorm
    var network: MultilayerPerceptron
  }

  public let width: Int
  public let heads: Int
  private let blocks: [Block]
  private let norm: LayerNorm

  public init(
    _ name: String, width: Int, heads: Int, layers: Int, expansion: Int = 4, in builder: inout ParameterBuilder
  ) {
    precondition(width % heads == 0, "heads of equal width")
    self.width = width
    self.heads = heads
    // Each block adds to the same sum: small at first, so that the sum does not grow with the number of blocks.
    let start = Linear.Start.normal(gain: 1 / Double(2 * layers).squareRoot())
    (blocks, norm) = builder.scope(name) { builder in
      let blocks = (0..<layers).map { layer in
        builder.scope("blocks.\(layer)") { builder in
          Block(
            attentionNorm: LayerNorm("attention_norm", features: width, in: &builder),
            projection: Linear("projection", inputs: width, outputs: 3 * width, in: &builder),
            output: Linear("output", inputs: width, outputs: width, start: start, in: &builder),
            networkNorm: LayerNorm("network_norm", features: width, in: &builder),
            network: MultilayerPerceptron(
              "network", widths: [width, expansion * width, width], outputStart: start, in: &builder))
        }
      }
      return (blocks, LayerNorm("norm", features: width, in: &builder))
    }
  }

  /// All tokens at once.
  public func callAsFunction(_ x: Variable, tokens: Int) -> Variable {
    var x = x
    for block in blocks {
      let projected = block.projection(block.attentionNorm(x))
      let attended = projected.rows(0..<width).attending(
        to: projected.rows(width..<2 * width), projected.rows(2 * width..<3 * width), heads: heads, tokens: tokens,
        causal: true)
      x = x + block.output(attended)
      x = x + block.network(block.networkNorm(x))
    }
    return norm(x)
  }

  /// Keys and values of the tokens that came so far, block by block.
  public struct Past {
    fileprivate var keys: [[Variable]]
    fileprivate var values: [[Variable]]
  }

  public func start() -> Past {
    Past(keys: blocks.map { _ in [] }, values: blocks.map { _ in [] })
  }

  /// The next token, `[width][samples]`, given those before it.
  public func callAsFunction(_ x: Variable, after past: inout Past) -> Variable {
    var x = x
    for (index, block) in blocks.enumerated() {
      let projected = block.projection(block.attentionNorm(x))
      past.keys[index].append(projected.rows(width..<2 * width))
      past.values[index].append(projected.rows(2 * width..<3 * width))
      let attended = projected.rows(0..<width).attending(
        toKeys: past.keys[index], values: past.values[index], heads: heads)
      x = x + block.output(attended)
      x = x + block.network(block.networkNorm(x))
    }
    return norm(x)
  }
}
