import Foundation
import Testing

@testable import Plots

@Suite("What charts draw and what they leave out")
struct ChartTests {
  @Test("Values without a place are dropped, counted and noted")
  func dropped() {
    #expect(SampleCharts.lines.droppedValueCount == 2)
    #expect(SampleCharts.map.droppedValueCount == 2)
    #expect(SampleCharts.histogram.droppedValueCount == 4)
    #expect(SampleCharts.scatter.droppedValueCount == 1)
    #expect(SampleCharts.bars.droppedValueCount == 1)
    #expect(SampleCharts.figure.droppedValueCount == 10)
    #expect(SampleCharts.lines.svg().contains("2 values not finite, not drawn"))
    let log = LineChart(title: "", x: "x", y: .logarithmic("y"), series: [.init("", x: [1, 2, 3], y: [1, 0, -1])])
    #expect(log.droppedValueCount == 2)
  }

  @Test("A gap breaks the line instead of being bridged")
  func gaps() throws {
    let chart = LineChart(title: "", x: "x", y: "y", series: [.init("", x: [0, 1, 2, 3, 4], y: [0, 1, .nan, 1, 0])])
    let pieces = try #require(lines(chart.drawing(fitting: nil)).first)
    #expect(pieces.map(\.count) == [2, 2])
  }

  @Test("On a circle values are wrapped and the line runs through the seam with the same value on both sides")
  func circle() throws {
    let x = (0..<40).map { Double($0) * 2 * .pi / 40 + 0.03 }  // 0…2π, not −π…π
    let chart = LineChart(title: "", x: .torsion("φ"), y: "y", series: [.init("", x: x, y: x.map { sin($0 - 0.4) })])
    let pieces = try #require(lines(chart.drawing(fitting: nil)).first)
    #expect(pieces.count == 1)
    let points = pieces[0]
    #expect(points.first!.x < -.pi && points.last!.x > .pi)
    #expect(zip(points, points.dropFirst()).allSatisfy { $0.x < $1.x })
    #expect(points.allSatisfy { abs($0.y - sin($0.x - 0.4)) < 1e-12 })
  }

  @Test("An error that reaches below zero does not stretch a logarithmic axis")
  func logarithmicErrors() {
    let chart = LineChart(
      title: "", x: "N", y: .logarithmic("σ"),
      series: [.init("", x: [1, 2, 3], y: [1, 0.1, 0.01], errors: [2, 0.01, 0.5])])
    let axis = chart.drawing(fitting: nil).panels[0].y
    #expect(axis.ends.lower > 1e-3 && axis.ends.upper < 10)
    #expect(chart.droppedValueCount == 0)
  }

  @Test("A reduced line keeps its extremes and its ends")
  func reduction() throws {
    var random = LinearCongruential(state: 3)
    var y = (0..<200_000).map { _ in random.normal() }
    y[123_456] = 50
    let chart = LineChart(title: "", x: "step", y: "y", series: [.init("", x: y.indices.map(Double.init), y: y)])
    let points = try #require(lines(chart.drawing(fitting: nil)).first).flatMap(\.self)
    #expect(points.count <= 4 * (LineReduction.columns + 1))
    #expect(points.map(\.y).max() == 50 && points.map(\.y).min() == y.min())
    #expect(points.first!.y == y[0] && points.last!.y == y[y.count - 1])
  }

  @Test("A histogram integrates to the weight inside its range; weights tilt it as they should")
  func histogram() throws {
    // Uniform values on 0…1 with weights proportional to the value: density 2x, asymmetric, mean 2/3.
    let values = (0..<10_000).map { (Double($0) + 0.5) / 10_000 }
    let chart = Histogram(
      title: "", x: Axis("x", range: 0...1), distributions: [.init("tilted", values: values, weights: values)],
      binCount: 10)
    let outline = try #require(lines(chart.drawing(fitting: nil)).first)[0]
    let densities = stride(from: 1, to: outline.count - 1, by: 2).map { outline[$0].y }
    #expect(densities.count == 10)
    for (i, density) in densities.enumerated() { #expect(abs(density - 2 * (Double(i) + 0.5) / 10) < 1e-9) }
    #expect(abs(densities.reduce(0, +) / 10 - 1) < 1e-12)
  }

  @Test("One clash of 10⁹ kJ/mol does not widen a histogram, but is told")
  func clash() throws {
    let drawing = SampleCharts.histogram.drawing(fitting: nil)
    #expect(drawing.panels[0].x.ends.upper < 0)
    #expect(drawing.texts.contains { $0.content.plain.contains("2 values outside the range") })
  }

  @Test("The fullest cell of a scatter has free energy 0 and counts become −ln(n / n_max)")
  func scatter() {
    let xs = [0.1, 0.1, 0.1, 0.9], ys = [0.1, 0.1, 0.1, 0.9]
    let chart = Scatter(
      title: "", x: Axis("x", range: 0...1), y: Axis("y", range: 0...1), xs: xs, ys: ys, resolution: 2)
    let cells = chart.heatMap.panels[0].cells
    #expect(cells[0][0] == 0)
    #expect(abs(cells[1][1]! - log(3)) < 1e-12)
    #expect(cells[0][1] == nil && cells[1][0] == nil)
  }

  @Test("Names at line ends keep their distance, their order and the frame; where that moves them far there are none")
  func lineEnds() throws {
    let frame = PageRect(x: 0, y: 0, width: 100, height: 200)
    let heights = try #require(LineEndLabels.heights([100, 104, 180, 199], frame: frame))
    let sorted = heights.sorted()
    #expect(heights == sorted)
    #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $1 - $0 >= LineEndLabels.lineHeight - 1e-9 })
    #expect(sorted.last! <= 200 - LineEndLabels.lineHeight / 2 + 1e-9)
    #expect(LineEndLabels.heights([100, 100, 100, 100, 100], frame: frame) == nil)
  }

  @Test("A figure is as wide as its widest row, and its charts do not overlap")
  func figure() {
    let drawing = SampleCharts.figure.drawing(fitting: nil)
    let frames = drawing.panels.map(\.frame)
    for i in frames.indices {
      for j in frames.indices where j > i {
        let (a, b) = (frames[i], frames[j])
        #expect(a.right <= b.x || b.right <= a.x || a.bottom <= b.y || b.bottom <= a.y)
      }
    }
    #expect(drawing.size.width >= SampleCharts.map.naturalSize.width)
    #expect(SampleCharts.figure.groups.flatMap(\.charts).count == 7)
  }

  private func lines(_ drawing: Drawing) -> [[[DataPoint]]] {
    drawing.panels[0].layers.compactMap { if case .line(let pieces, _) = $0 { pieces } else { nil } }
  }
}
