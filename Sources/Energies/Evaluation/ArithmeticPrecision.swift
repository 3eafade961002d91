public enum ArithmeticPrecision: String, Sendable, CaseIterable { case double, single }
extension MolecularEnergy {
  public init(_ system: MolecularSystem, threads: Int = 1, precision: ArithmeticPrecision) { self.init(system, threads: threads) }
}
