extension Element {
  /// Conventional atomic mass, dalton (Prohaska et al. 2022, IUPAC 2021 table, doi:10.1515/pac-2019-0603); 0 beyond krypton.
  ///
  /// Only for files that name elements but no masses; a force field brings its own.
  var conventionalMass: Double {
    Self.conventionalMasses.indices.contains(atomicNumber - 1) ? Self.conventionalMasses[atomicNumber - 1] : 0
  }

  private static let conventionalMasses = [
    1.008, 4.0026, 6.94, 9.0122, 10.81, 12.011, 14.007, 15.999, 18.998, 20.180, 22.990, 24.305, 26.982, 28.085, 30.974,
    32.06, 35.45, 39.95, 39.098, 40.078, 44.956, 47.867, 50.942, 51.996, 54.938, 55.845, 58.933, 58.693, 63.546, 65.38,
    69.723, 72.630, 74.922, 78.971, 79.904, 83.798,
  ]
}
