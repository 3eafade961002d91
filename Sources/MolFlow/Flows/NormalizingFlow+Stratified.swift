import Energies
import Estimators
import Randomness
import Sampling

extension NormalizingFlow {
  /// The same flow with draws in strata of one torsion's latent, those that lead to the rare side of an arc drawn more often (see
  /// `StratifiedProposal`): for free-energy differences between the arc and the rest. Itself where no coordinate is a torsion
  /// about the dihedral's bond on the whole circle, or where latents are not the standard ones.
  ///
  /// A pilot tells which share a(z) of the draws with latent z comes to the rare side. Draws of z are made 1 + (t − 1) a(z) times as
  /// likely, with t as large as a price of 8 % of the effective samples allows. Where the pilot sees no rare side, or one that is not
  /// rare, all z are as likely as before.
  public func stratified(
    _ atoms: SIMD4<Int>, rareSideOf region: CircularRange, pilot: Int = 4096, using random: RandomStream, threads: Int
  ) throws -> NormalizingFlow {
    guard let coordinate = wholeCircleTorsion(about: [atoms[1], atoms[2]]) else { return self }
    let latents = try base.draw(0..<pilot, from: random).x
    let x = try FlowProposal(self, threads: threads).draw(0..<pilot, from: random).x
    let isInside = x.dihedrals(atoms).map(region.contains)
    let inside = Double(isInside.count { $0 }) / Double(pilot)
    let (isRare, rare) = inside < 0.5 ? (isInside, inside) : (isInside.map { !$0 }, 1 - inside)
    return NormalizingFlow(
      chart: chart, coordinates: coordinates,
      base: StratifiedProposal(
        base, coordinate: coordinate, shares: Self.shares(latents: latents.column(coordinate), isRare: isRare, rare)),
      architecture: architecture, parameters: parameters)
  }

  /// Shares of arcs of the latent, ∝ 1 + (t − 1) a.
  private static func shares(latents: [Double], isRare: [Bool], _ rare: Double) -> [Double] {
    guard rare * Double(latents.count) >= 8, rare < 0.25 else { return [1] }
    let arcs = 50
    // Arcs with few draws lean on the share of all.
    let lean = 5.0
    var counts = [Double](repeating: lean, count: arcs)
    var rareCounts = [Double](repeating: lean * rare, count: arcs)
    for (latent, isRare) in zip(latents, isRare) {
      let arc = StratifiedProposal.arc(of: latent, arcs: arcs)
      counts[arc] += 1
      if isRare { rareCounts[arc] += 1 }
    }
    let leading = zip(rareCounts, counts).map { $0 / $1 }
    func shares(_ t: Double) -> [Double] { leading.map { 1 + (t - 1) * $0 } }
    // With shares s instead of equal ones N draws are worth N/(mean s · mean 1/s).
    func price(_ t: Double) -> Double {
      let s = shares(t)
      return s.reduce(0, +) * s.reduce(0) { $0 + 1 / $1 } / Double(arcs * arcs)
    }
    var (low, high) = (1.0, 100.0)
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if price(middle) > 1 / (1 - largestPrice) { high = middle } else { low = middle }
    }
    return shares(low)
  }

  /// Share of the effective samples that may be given for the rare side.
  private static var largestPrice: Double { 0.08 }

  /// The coordinate that is the torsion about a bond, with latents that are uniform on the circle.
  private func wholeCircleTorsion(about bond: Set<Int>) -> Int? {
    guard let chart = chart as? InternalCoordinates, base is StandardLatents else { return nil }
    let row = chart.zMatrix.rows.firstIndex { row in
      !row.isSibling && row.twisted != nil && row.angled.map { Set([row.bonded, $0]) == bond } ?? false
    }
    guard let row else { return nil }
    let coordinate = ZMatrix.offset(ofRow: row) + 2
    return circularLatents.contains(coordinate) ? coordinate : nil
  }
}
