/// A chemical element.
public struct Element: Sendable, Hashable {
  public let atomicNumber: Int

  /// nil unless 1 ≤ atomicNumber ≤ 86.
  public init?(atomicNumber: Int) {
    guard Self.symbols.indices.contains(atomicNumber - 1) else { return nil }
    self.atomicNumber = atomicNumber
  }

  /// From a symbol in any case: "C", "cl", "ZN".
  public init?(symbol: String) {
    let wanted = symbol.lowercased()
    guard let index = Self.symbols.firstIndex(where: { $0.lowercased() == wanted }) else { return nil }
    atomicNumber = index + 1
  }

  public var symbol: String { Self.symbols[atomicNumber - 1] }

  public static let hydrogen = Element(atomicNumber: 1)!
  public static let carbon = Element(atomicNumber: 6)!
  public static let nitrogen = Element(atomicNumber: 7)!
  public static let oxygen = Element(atomicNumber: 8)!
  public static let sulfur = Element(atomicNumber: 16)!

  private static let symbols = [
    "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar", "K", "Ca",
    "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se", "Br", "Kr", "Rb", "Sr", "Y",
    "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I", "Xe", "Cs", "Ba", "La", "Ce",
    "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W", "Re", "Os", "Ir",
    "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At", "Rn",
  ]
}
