/// Fewer points for the same picture.
///
/// A line of a million points has a thousand columns of pixels to be drawn in; in each the first, lowest, highest and last point give the
/// same stroke as all of them (the idea of M4: Jugel, Jerzak, Hackenbroich and Markl 2014, doi:10.14778/2732951.2732953).
enum LineReduction {
  static let columns = 1000

  /// The pieces reduced where they are long and run from left to right; others are returned as they are.
  static func reduced(_ pieces: [[LinePoint]], on axis: PlacedAxis) -> [[LinePoint]] {
    pieces.map { piece in
      guard piece.count > 4 * columns, zip(piece, piece.dropFirst()).allSatisfy({ $0.x <= $1.x }) else { return piece }
      var result: [LinePoint] = []
      var start = 0
      while start < piece.count {
        let column = Self.column(piece[start].x, on: axis)
        var end = start
        var lowest = start
        var highest = start
        while end < piece.count && Self.column(piece[end].x, on: axis) == column {
          if piece[end].y < piece[lowest].y { lowest = end }
          if piece[end].y > piece[highest].y { highest = end }
          end += 1
        }
        for i in Set([start, lowest, highest, end - 1]).sorted() { result.append(piece[i]) }
        start = end
      }
      return result
    }
  }

  private static func column(_ x: Double, on axis: PlacedAxis) -> Int {
    Int((max(-1, min(2, axis.fraction(x))) * Double(columns)).rounded(.down))
  }
}
