import Foundation

/// Backbone dihedrals of every residue, rad; proline's φ is that of its ring.
struct BackboneTorsions: Sendable, Equatable {
  var phi: Double
  var psi: Double
  static let prolinePhi = -70 * Units.radiansPerDegree

  init(phiDegrees: Double, psiDegrees: Double) {
    phi = phiDegrees * Units.radiansPerDegree
    psi = psiDegrees * Units.radiansPerDegree
  }
}

/// Places the atoms of a molecule one group of siblings after another, along a spanning tree of its bonds.
///
/// An atom c bound to p is put at the equilibrium length from p and the equilibrium angle to p's already placed
/// neighbour g. The dihedral about g–p is fixed by p's other placed neighbours where there are any, with the sign that
/// chirality demands; else it is the chosen backbone value, 0 in a flat ring, or the best of a list of candidates.
struct StructurePlacement {
  private let geometry: EquilibriumGeometry
  private let tree: PlacementTree
  private let score: PlacementScore
  private let handedness: [Int: SIMD3<Int>]
  private let backbone: BackboneTorsions
  private let children: [[Int]]
  private var positions: [SIMD3<Double>?]

  private var molecule: Molecule { geometry.molecule }

  /// Staggered first, so that ties end there; −60° before 60° as amino acids prefer.
  private static let freeCandidates = [180, -60, 60, -150, 150, -120, 120, -90, 90, -30, 30, 0].map {
    Double($0) * Units.radiansPerDegree
  }
  private static let puckerCandidates = stride(from: -60.0, through: 60, by: 5).map { $0 * Units.radiansPerDegree }

  init(_ system: MolecularSystem, backbone: BackboneTorsions) throws(StructureError) {
    geometry = try EquilibriumGeometry(system)
    tree = try PlacementTree(system.molecule, neighbours: geometry.neighbours)
    score = PlacementScore(system, neighbours: geometry.neighbours)
    self.backbone = backbone
    handedness = Dictionary(
      uniqueKeysWithValues: AminoAcidChirality(system.molecule).rules.map { ($0.center, $0.positive) })
    var children = [[Int]](repeating: [], count: geometry.neighbours.count)
    for atom in tree.order { if let parent = tree.parents[atom] { children[parent].append(atom) } }
    self.children = children
    positions = [SIMD3<Double>?](repeating: nil, count: geometry.neighbours.count)
  }

  /// All positions, one sample.
  static func positions(_ system: MolecularSystem, backbone: BackboneTorsions) throws(StructureError) -> Configurations
  {
    var placement = try StructurePlacement(system, backbone: backbone)
    try placement.placeAll()
    var x = Configurations(count: 1, atomCount: system.molecule.atomCount)
    for (atom, position) in placement.positions.enumerated() {
      guard let position, position.x.isFinite, position.y.isFinite, position.z.isFinite else {
        throw .unplaced(atom: system.molecule.label(ofAtom: atom))
      }
      x.setPosition(sample: 0, atom: atom, to: position)
    }
    return x
  }

  private mutating func placeAll() throws(StructureError) {
    positions[tree.root] = .zero
    for atomClass in PlacementTree.AtomClass.allCases {
      var waiting = tree.order.filter { group(of: $0, upTo: atomClass).count > 0 }
      while !waiting.isEmpty {
        // A group waits while the ring atom that its dihedral is measured from has no position yet.
        guard
          let place = waiting.firstIndex(where: { positions[$0] != nil && isReady($0, upTo: atomClass) })
            ?? waiting.firstIndex(where: { positions[$0] != nil })
        else { throw .unplaced(atom: molecule.label(ofAtom: waiting[0])) }
        let parent = waiting.remove(at: place)
        placeGroup(of: parent, upTo: atomClass)
      }
    }
  }

  /// Children of `parent` that are still to be placed, in the order of placing: first those that continue a ring.
  private func group(of parent: Int, upTo atomClass: PlacementTree.AtomClass) -> [Int] {
    let open = children[parent].filter { positions[$0] == nil && tree.classes[$0] <= atomClass }
    guard let g = tree.parents[parent] else { return open }
    func key(_ atom: Int) -> (Int, PlacementTree.AtomClass, Int) {
      (geometry.rings.ring(holding: g, parent, atom) == nil ? 1 : 0, tree.classes[atom], atom)
    }
    return open.sorted { key($0) < key($1) }
  }

  private func placedNeighbours(of atom: Int, except other: Int? = nil) -> [Int] {
    geometry.neighbours[atom].filter { $0 != other && positions[$0] != nil }
  }

  /// The placed neighbour from which angles at `parent` are measured.
  private func axisStart(of parent: Int) -> Int? { tree.parents[parent] ?? placedNeighbours(of: parent).first }

  private func isReady(_ parent: Int, upTo atomClass: PlacementTree.AtomClass) -> Bool {
    guard let g = axisStart(of: parent), placedNeighbours(of: parent, except: g).isEmpty else { return true }
    for atom in group(of: parent, upTo: atomClass) {
      guard let ring = geometry.rings.ring(holding: g, parent, atom) else { continue }
      let before = geometry.neighbours[g].first { $0 != parent && geometry.rings.rings[ring].contains($0) }
      if let before, positions[before] == nil { return false }
    }
    return true
  }

  private mutating func placeGroup(of parent: Int, upTo atomClass: PlacementTree.AtomClass) {
    var open = group(of: parent, upTo: atomClass)
    guard let first = open.first, let here = positions[parent] else { return }
    guard let g = axisStart(of: parent) else {
      // The second atom of all, along x.
      positions[first] = here + SIMD3(geometry.length(parent, first), 0, 0)
      placeGroup(of: parent, upTo: atomClass)
      return
    }
    if placedNeighbours(of: parent, except: g).isEmpty {
      guard let r = reference(for: first, on: parent, from: g) else {
        // The third atom of all, in the x–y plane.
        let away = SIMD3<Double>(0.3, 1, 0) + positions[g]!
        positions[first] = point(away, g: g, parent: parent, child: first, dihedral: .pi)
        open.removeFirst()
        placeSiblings(open, on: parent, from: g)
        return
      }
      var best: (score: Double, places: [SIMD3<Double>?])?
      for dihedral in candidates(for: first, on: parent, from: g, reference: r) {
        positions[first] = point(positions[r]!, g: g, parent: parent, child: first, dihedral: dihedral)
        placeSiblings(Array(open.dropFirst()), on: parent, from: g)
        let value = score.value(of: open, in: positions)
        // Candidates equal up to rounding keep the order of the list on every machine.
        if best == nil || value < best!.score - 1e-6 { best = (value, open.map { positions[$0] }) }
        for atom in open { positions[atom] = nil }
      }
      for (atom, place) in zip(open, best!.places) { positions[atom] = place }
    } else {
      placeSiblings(open, on: parent, from: g)
    }
  }

  /// The placed neighbour r of g from which the dihedral r–g–parent–child counts.
  private func reference(for child: Int, on parent: Int, from g: Int) -> Int? {
    let found = placedNeighbours(of: g, except: parent)
    if let ring = geometry.rings.ring(holding: g, parent, child),
      let inside = found.first(where: { geometry.rings.rings[ring].contains($0) })
    {
      return inside
    }
    return found.min { (tree.classes[$0], $0) < (tree.classes[$1], $1) }
  }

  private func point(_ r: SIMD3<Double>, g: Int, parent: Int, child: Int, dihedral: Double) -> SIMD3<Double> {
    PlacementGeometry.point(
      r, positions[g]!, positions[parent]!, distance: geometry.length(parent, child),
      angle: geometry.angle(g, parent, child), dihedral: dihedral)
  }

  /// Dihedrals r–g–parent–child worth trying, rad.
  private func candidates(for child: Int, on parent: Int, from g: Int, reference r: Int) -> [Double] {
    if let ring = geometry.rings.ring(holding: r, g, parent, child) {
      return geometry.ringIsPlanar[ring] ? [0] : Self.puckerCandidates
    }
    if let ring = geometry.rings.ring(holding: r, g, parent), geometry.ringIsPlanar[ring] { return [.pi] }
    let names = [r, g, parent, child].map { molecule.atoms[$0].name }
    let residues = [r, g, parent, child].map { molecule.atoms[$0].residue }
    if names[1] == "C", names[2] == "N", residues[1] != residues[2], tree.classes[child] == .backbone { return [.pi] }
    if names == ["C", "N", "CA", "C"], residues[1] == residues[3] {
      return [geometry.rings.ring(holding: g, parent) == nil ? backbone.phi : BackboneTorsions.prolinePhi]
    }
    if names == ["N", "CA", "C", "N"], residues[0] != residues[3] { return [backbone.psi] }
    return Self.freeCandidates
  }

  /// Places atoms on `parent` relative to its placed neighbours besides `g`.
  private mutating func placeSiblings(_ atoms: [Int], on parent: Int, from g: Int) {
    for atom in atoms {
      let siblings = placedNeighbours(of: parent, except: g)
      guard let first = siblings.first else {
        // Only at the root: no dihedral is defined yet.
        let away = positions[g]! + SIMD3<Double>(0.3, 1, 0)
        positions[atom] = point(away, g: g, parent: parent, child: atom, dihedral: .pi)
        continue
      }
      let turn = azimuth(of: atom, from: first, on: parent, axis: g)
      let one = point(positions[first]!, g: g, parent: parent, child: atom, dihedral: turn)
      let other = point(positions[first]!, g: g, parent: parent, child: atom, dihedral: -turn)
      positions[atom] = prefers(one, to: other, for: atom, on: parent, siblings: siblings) ? one : other
    }
  }

  /// Angle between the planes (sibling, g, parent) and (g, parent, atom), from the three angles at `parent`: the
  /// spherical law of cosines.
  private func azimuth(of atom: Int, from sibling: Int, on parent: Int, axis g: Int) -> Double {
    if geometry.isPlanar[parent], geometry.neighbours[parent].count == 3 { return .pi }
    let toSibling = geometry.angle(g, parent, sibling)
    let toAtom = geometry.angle(g, parent, atom)
    let between = geometry.angle(sibling, parent, atom)
    let cosine = (cos(between) - cos(toSibling) * cos(toAtom)) / (sin(toSibling) * sin(toAtom))
    return acos(max(-1, min(1, cosine)))
  }

  private func prefers(
    _ one: SIMD3<Double>, to other: SIMD3<Double>, for atom: Int, on parent: Int, siblings: [Int]
  ) -> Bool {
    if let rule = handedness[parent] {
      let needed = [rule.x, rule.y, rule.z]
      let known = needed.map { $0 == atom ? one : positions[$0] }
      if needed.contains(atom), let a = known[0], let b = known[1], let d = known[2] {
        return AminoAcidChirality.volume(center: positions[parent]!, a, b, d) > 0
      }
    }
    guard siblings.count > 1 else { return true }
    func nearest(_ place: SIMD3<Double>) -> Double {
      siblings.map { PlacementGeometry.length(place - positions[$0]!) }.min()!
    }
    return nearest(one) >= nearest(other)
  }
}
