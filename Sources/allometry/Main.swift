import AllometryCommands

@main
struct Main {
  static func main() {
    AllometryCommand.start()
  }
}
