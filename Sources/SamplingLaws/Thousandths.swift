/// A number to three digits after the point, for sentences.
func inThousandths(_ value: Double) -> String {
  String((value * 1000).rounded() / 1000)
}
