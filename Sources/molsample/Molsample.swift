import ArgumentParser
import Energies
import Estimators
import Foundation
import MolFlow
import NeuralNetworks
import Sampling
import Trajectories

/// The command line: parsing, exit codes, and what goes to which stream. No mathematics.
@main
struct Molsample: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "molsample",
    abstract: "Equilibrium ensembles of molecules by normalizing flows, with exact weights.",
    discussion: """
      EXAMPLES
        molsample run alanine-dipeptide              draw, weight and judge an ensemble
        molsample report alanine-dipeptide           the report of a finished run
        molsample energy AK --coordinates frames.nc  energies of given configurations
        molsample info ACE-ALA-NME                   what the force field says of a molecule
        molsample prepare my-peptide --prmtop a.prmtop --inpcrd a.inpcrd --solvent obc2

      SYSTEM is a name that `molsample list` prints, a path to a system.yaml, or a sequence such as AK or ACE-ALA-NME
      (without more, in amber14 with obc1, a 2 nm cutoff and 310 K). Words key=value change the configuration.

      COMPLETION  molsample --generate-completion-script bash (or zsh, fish); `make install` puts it and the manual in place.

      EXIT CODES  0 done · 1 failed · 2 usage · 3 not converged · 4 bad input file · 5 interrupted (resumable)
      """,
    version: Version.current,
    subcommands: [
      ListCommand.self, InfoCommand.self, PrepareCommand.self, EnergyCommand.self, BenchCommand.self, RunCommand.self,
      SimulateCommand.self, DatasetCommand.self, TrainCommand.self, SampleCommand.self, EvaluateCommand.self,
      AnalyzeCommand.self,
      FreeEnergyCommand.self, ReweightCommand.self, ReportCommand.self, ExportCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as UsageError {
      report("error: \(error)")
      Foundation.exit(ExitStatus.usage)
    } catch let error as Interrupted {
      report("\(error)")
      Foundation.exit(ExitStatus.interrupted)
    } catch let error as InputError {
      report("error: \(error)")
      Foundation.exit(ExitStatus.badInput)
    } catch let error as EnergyError {
      report("error: \(error)")
      Foundation.exit(ExitStatus.badInput)
    } catch let error as EstimatorError {
      report("error: \(error)")
      Foundation.exit(ExitStatus.failure)
    } catch let error as SamplingError {
      report("error: \(error)")
      Foundation.exit(ExitStatus.failure)
    } catch let error as TrainingError {
      report("error: \(error)")
      Foundation.exit(ExitStatus.failure)
    } catch let error as SafetensorsError {
      report("error: \(error)")
      Foundation.exit(ExitStatus.badInput)
    } catch let error as OutputError {
      report("error: \(error)")
      Foundation.exit(ExitStatus.failure)
    } catch is NotConverged {
      // All is written and said.
      Foundation.exit(ExitStatus.notConverged)
    } catch {
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if code.isSuccess {
        print(message)
        Foundation.exit(ExitStatus.done)
      }
      report(message)
      Foundation.exit(code == .validationFailure ? ExitStatus.usage : ExitStatus.failure)
    }
  }

  /// Logs and errors go to stderr; stdout is for results.
  static func report(_ message: String) { FileHandle.standardError.write(Data((message + "\n").utf8)) }
}

enum Version {
  static let current = "0.1.0"
}

/// Exit codes that scripts rely on.
enum ExitStatus {
  static let done: Int32 = 0
  static let failure: Int32 = 1
  static let usage: Int32 = 2
  static let notConverged: Int32 = 3
  static let badInput: Int32 = 4
  static let interrupted: Int32 = 5
}

/// A run that is done, and whose verdict is that its results are not to be used.
struct NotConverged: Error {}

/// Words on the command line that make no sense.
struct UsageError: Error, CustomStringConvertible {
  var description: String

  init(_ problem: String, advice: String? = nil) {
    description = problem + (advice.map { "\n  do:       \($0)" } ?? "")
  }
}
