import Foundation

extension Configurations {
  /// Dihedral angle of four atoms in every sample, rad in (−π, π]; NaN where three of them are on a line.
  public func dihedrals(_ atoms: SIMD4<Int>) -> [Double] {
    (0..<count).map { sample in
      Dihedral(
        position(sample: sample, atom: atoms.x), position(sample: sample, atom: atoms.y),
        position(sample: sample, atom: atoms.z), position(sample: sample, atom: atoms.w)
      ).angle
    }
  }

  /// Turns the atoms of `moving` by `angle` (rad) about the axis from atom `tail` to atom `head`, in one sample.
  public mutating func rotate(_ moving: some Sequence<Int>, about tail: Int, _ head: Int, by angle: Double, sample: Int)
  {
    let origin = position(sample: sample, atom: head)
    var axis = origin - position(sample: sample, atom: tail)
    axis /= (axis * axis).sum().squareRoot()
    let cosine = cos(angle), sine = sin(angle)
    for atom in moving {
      let v = position(sample: sample, atom: atom) - origin
      let turned = v * cosine + cross(axis, v) * sine + axis * ((axis * v).sum() * (1 - cosine))
      setPosition(sample: sample, atom: atom, to: origin + turned)
    }
  }
}
