import CNetCDF

/// What makes a trajectory a structure reservoir for AMBER's reservoir replica exchange: the temperature of its distribution
/// (scalar variable `temp0`, K), a random seed (global attribute `iseed`), and the energy of every frame
/// (`FrameVariable.reservoirEnergy`).
///
/// As cpptraj's command `createreservoir` writes it (Okur, Roe, Cui, Hornak & Simmerling 2007, doi:10.1021/ct600263e).
public struct AmberReservoir: Sendable, Equatable {
  /// K
  public var temperature: Double
  public var seed: Int32

  /// - Parameter seed: its lowest 31 bits, which is what the format holds.
  public init(temperature: Double, seed: UInt64) {
    self.temperature = temperature
    self.seed = Int32(truncatingIfNeeded: seed & 0x7fff_ffff)
  }
}

extension FrameVariable {
  /// U of a frame of a reservoir, kcal/mol.
  public static let reservoirEnergy = FrameVariable("eptot", units: "kilocalorie/mole")
}

extension NetCDFOutput {
  /// Defines a reservoir's own parts; the temperature goes into the variable returned, after `endDefinitions`.
  func define(_ reservoir: AmberReservoir) throws(OutputError) -> Int32 {
    try putAttribute("iseed", reservoir.seed)
    return try defineVariable("temp0", type: NC_DOUBLE, dimensions: [], units: "kelvin")
  }
}
