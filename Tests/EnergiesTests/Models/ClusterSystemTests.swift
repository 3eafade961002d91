import Foundation
import Randomness
import Testing

@testable import Energies

/// Model clusters as molecular systems: the energy is the model's, forces are its derivatives.
@Suite struct ClusterSystemTests {
  static func places(_ system: MolecularSystem) -> Configurations {
    var random = RandomStream(seed: 5)
    let start = MolecularSystem.clusterStart(system)
    var x = Configurations(count: 11, dimension: start.dimension)
    for sample in 0..<x.count {
      for c in 0..<x.dimension { x[sample, c] = start[0, c] + 0.1 * random.normal() }
    }
    return x
  }

  @Test(
    "The energy is that of the model, and of the third coordinate in the plane", arguments: MolecularSystem.clusterNames
  )
  func energy(_ name: String) throws {
    let system = try #require(MolecularSystem.cluster(named: name))
    let cluster = try #require(system.term(ParticleClusterEnergy.self)).cluster
    let x = Self.places(system)
    let found = try MolecularEnergy(system).energies(of: x)
    let single = try MolecularEnergy(system, threads: 1, precision: .single).energies(of: x)
    for sample in 0..<x.count {
      var flat: [Double] = []
      var expected = 0.0
      for particle in 0..<cluster.particleCount {
        for axis in 0..<3 {
          let value = x[sample, 3 * particle + axis]
          if axis < cluster.spatialDimension { flat.append(value) } else { expected += 0.5 * value * value }
        }
      }
      expected += flat.withUnsafeBufferPointer { cluster.reducedPotential(at: $0, force: nil) }
      #expect(abs(found[sample] - expected) < 1e-9 * max(1, abs(expected)))
      #expect(abs(single[sample] - expected) < 1e-3 * max(1, abs(expected)))
    }
  }

  @Test("Forces are central differences of the energy", arguments: MolecularSystem.clusterNames)
  func forces(_ name: String) throws {
    let system = try #require(MolecularSystem.cluster(named: name))
    let energy = MolecularEnergy(system)
    let x = Self.places(system)
    var forces = Configurations(count: x.count, dimension: x.dimension)
    _ = try energy.energies(of: x, forces: &forces)
    let step = 1e-5
    for c in 0..<x.dimension {
      var (ahead, behind) = (x, x)
      for sample in 0..<x.count {
        ahead[sample, c] += step
        behind[sample, c] -= step
      }
      let (up, down) = (try energy.energies(of: ahead), try energy.energies(of: behind))
      for sample in 0..<x.count {
        let slope = (up[sample] - down[sample]) / (2 * step)
        // Differences cancel large forces of other pairs of the sample.
        let largest = (0..<x.dimension).map { abs(forces[sample, $0]) }.max()!
        #expect(abs(forces[sample, c] + slope) < 1e-5 * max(1, largest))
      }
    }
  }

  @Test("Two particles at one place are impossible, and kT is 1")
  func clash() throws {
    let system = try #require(MolecularSystem.cluster(named: "lj13"))
    var x = MolecularSystem.clusterStart(system)
    for axis in 0..<3 { x[0, 3 + axis] = x[0, axis] }
    #expect(try MolecularEnergy(system).energies(of: x) == [.infinity])
    #expect(abs(ThermodynamicState(temperature: MolecularSystem.clusterTemperature).kT - 1) < 1e-12)
  }
}
