import Foundation

extension RandomStream {
  /// A normal number of mean 0 and variance 1, by the ziggurat with 256 layers.
  ///
  /// One 64-bit word suffices in 98.5 % of draws: 8 bits choose the layer, one the sign and 53 others the place in it, so
  /// layer and place are independent, as Doornik 2005 ("An improved ziggurat method to generate normal random samples")
  /// requires. Bytes are the same wherever the mathematics library's `exp` and `log` are; they enter only the table of
  /// edges and the remaining 1.5 % of draws.
  ///
  /// Source: Marsaglia & Tsang 2000, doi:10.18637/jss.v005.i08.
  public mutating func normal() -> Double {
    Ziggurat.normal.withTables { edges, heights in normal(edges, heights) }
  }

  /// Fills a buffer with what successive calls of `normal()` would give.
  public mutating func fillNormal(_ buffer: UnsafeMutableBufferPointer<Double>) {
    Ziggurat.normal.withTables { edges, heights in
      for i in buffer.indices { buffer[i] = normal(edges, heights) }
    }
  }

  /// `count` normal numbers.
  public mutating func normals(_ count: Int) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    values.withUnsafeMutableBufferPointer { fillNormal($0) }
    return values
  }

  @inline(__always)
  private mutating func normal(_ edges: UnsafePointer<Double>, _ heights: UnsafePointer<Double>) -> Double {
    while true {
      let bits = next()
      let layer = Int(bits & 0xFF)
      let x = Double(bits >> 11) * 0x1p-53 * edges[layer]
      let sign = bits & 0x100 == 0 ? 1.0 : -1.0
      if x < edges[layer + 1] { return sign * x }
      if let x = normalOutside(layer: layer, x: x, heights, tailStart: edges[1]) { return sign * x }
    }
  }

  /// The tail beyond the lowest layer, or else the wedge between a layer's rectangle and the curve; nil is a rejection.
  @inline(never)
  private mutating func normalOutside(
    layer: Int, x: Double, _ heights: UnsafePointer<Double>, tailStart: Double
  ) -> Double? {
    if layer == 0 {
      while true {
        let beyond = exponential() / tailStart
        if 2 * exponential() > beyond * beyond { return tailStart + beyond }
      }
    }
    let height = heights[layer] + uniform() * (heights[layer + 1] - heights[layer])
    return height < exp(-0.5 * x * x) ? x : nil
  }
}
