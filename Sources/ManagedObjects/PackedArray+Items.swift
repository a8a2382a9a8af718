package import Pickle

extension PickleValue {
    /// The items, when this is an `array.array`.
    package var arrayItems: [PickleValue]? { PackedArray(self)?.values(.latest) }
}
