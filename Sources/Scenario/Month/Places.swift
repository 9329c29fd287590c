internal import Ledger

/// Where acts come from. Addresses are never told: what stands for them is drawn, and is nobody's. Networks and countries are
/// of the ranges kept for documentation and private use.
struct Places {
    let seed: UInt64

    /// A member's own phone at home.
    func home(_ member: Int) -> Access {
        var access = app
        access.device = pseudonym(.device, member)
        access.address = pseudonym(.home, member)
        access.network = UInt32(64_496 + member % 8)
        return access
    }

    /// The app, wherever the member is.
    var app: Access {
        var access = Access()
        access.via = .app
        access.country = .japan
        return access
    }

    /// A member's own phone, anywhere in the country.
    func phone(_ member: Int) -> Access {
        var access = app
        access.device = pseudonym(.device, member)
        return access
    }

    func runner(_ device: Int) -> Access {
        var access = app
        access.device = pseudonym(.device, -device)
        access.address = pseudonym(.home, -device)
        access.network = UInt32(64_504 + device % 8)
        return access
    }

    /// One of the attackers' addresses abroad.
    func away(_ address: Int) -> Access {
        var access = Access()
        access.via = .web
        access.address = pseudonym(.stuffing, address)
        access.network = UInt32(65_536 + address % 12)
        access.country = Country(["XA", "XB", "XC"][address % 3])
        return access
    }

    static let support: Access = {
        var access = Access()
        access.via = .support
        return access
    }()

    func pseudonym(_ stream: Chance.Stream, _ number: Int) -> Pseudonym {
        var chance = Chance(seed, stream, number)
        return Pseudonym(high: chance.next(), low: chance.next())
    }
}
