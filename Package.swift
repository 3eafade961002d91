// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "MolFlow",
  products: [
    .executable(name: "molsample", targets: ["molsample"]),
    .library(name: "MolFlow", targets: ["MolFlow"]),
    .library(name: "Energies", targets: ["Energies"]),
    .library(name: "Estimators", targets: ["Estimators"]),
    .library(name: "Trajectories", targets: ["Trajectories"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: [
    // MARK: The command
    .executableTarget(
      name: "molsample",
      dependencies: [
        "MolFlow", "NeuralNetworks", "Sampling", "Energies", "Estimators", "Trajectories", "Randomness", "Plots",
        "COpenBLAS", "Yams",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // MARK: Rooms, top to bottom; each imports only rooms below it
    .target(
      name: "MolFlow",
      dependencies: ["Sampling", "Energies", "NeuralNetworks", "Estimators", "Randomness", "CLaneKernels"]),
    .target(name: "NeuralNetworks", dependencies: ["Randomness", "COpenBLAS", "CLaneKernels"]),
    .target(name: "Sampling", dependencies: ["Energies", "Estimators", "Randomness"]),
    .target(name: "Trajectories", dependencies: ["Energies", "CNetCDF"]),
    .target(
      name: "Energies", dependencies: ["Randomness", "CLaneKernels"],
      resources: [.copy("ForceFields")]),
    .target(name: "Estimators", dependencies: ["Randomness", "COpenBLAS", "CFFTW"]),
    .target(name: "Plots"),
    .target(name: "Randomness", dependencies: ["CLaneKernels"]),

    // MARK: C: the measured hot loops, and module maps of system libraries
    .target(name: "CLaneKernels"),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CNetCDF", pkgConfig: "netcdf", providers: [.apt(["libnetcdf-dev"])]),
    .systemLibrary(name: "CFFTW", pkgConfig: "fftw3", providers: [.apt(["libfftw3-dev"])]),

    // MARK: Tests
    .testTarget(
      name: "EnergiesTests", dependencies: ["Energies", "Randomness", "CLaneKernels"], resources: [.copy("Golden")]),
    .testTarget(
      name: "TrajectoriesTests", dependencies: ["Trajectories", "Energies", "Randomness"], resources: [.copy("Golden")]),
    .testTarget(name: "EstimatorsTests", dependencies: ["Estimators", "Randomness"], exclude: ["Golden"]),
    .testTarget(
      name: "NeuralNetworksTests", dependencies: ["NeuralNetworks", "Randomness", "CLaneKernels"], exclude: ["Golden"]),
    .testTarget(name: "PlotsTests", dependencies: ["Plots"]),
    .testTarget(
      name: "AnnealingTests", dependencies: ["Sampling", "Energies", "Randomness", "Estimators"], exclude: ["Golden"]),
    .testTarget(name: "RandomnessTests", dependencies: ["Randomness", "CLaneKernels"]),
    .testTarget(name: "SamplingTests", dependencies: ["Sampling", "Energies", "Randomness"]),
    .testTarget(name: "MolsampleTests", dependencies: ["molsample", "Randomness", "Trajectories"]),
    .testTarget(
      name: "MolFlowTests",
      dependencies: [
        "MolFlow", "NeuralNetworks", "COpenBLAS", "Estimators", "Randomness", "Energies", "Sampling",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
