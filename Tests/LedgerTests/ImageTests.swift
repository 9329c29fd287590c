import Ledger
import Testing

/// Books read back from their image go on as the books that were never put away.
@Suite struct ImageTests {
    /// Asks `books` what was asked from step `first` on, up to step `last`; the first step that is answered otherwise.
    private func part(_ books: inout Books, from first: Int, to last: Int, of story: Story) -> String? {
        for (request, before) in story.asked[first..<last] {
            let log = story.events[..<before]
            let evidence = Story.evidence(request.command.evidenceNeeded(books), log)
            var events: [Event]
            do throws(Rejection) { events = try accept(request, by: &books, evidence) } catch { events = refuse(request, error, by: &books) }
            events += ownActs(&books)
            guard before + events.count <= story.events.count, events[...] == story.events[before..<(before + events.count)] else {
                return "\(request.command): \(events)"
            }
        }
        return nil
    }

    @Test("Put away after any step, then played to the end", arguments: 1...6 as ClosedRange<UInt64>)
    func afterEachStep(seed: UInt64) throws {
        let story = try Chance.play(seed: seed, 150)
        var books = Books()
        books.evolve(story.events[0])
        let end = story.books.image()
        let steps = story.asked.count
        for step in 0...steps {
            var again = try Books(image: books.image())
            #expect(again.image() == books.image())
            if let wrong = part(&again, from: step, to: steps, of: story) {
                Issue.record("seed \(seed), put away after step \(step): \(wrong)")
                return
            }
            #expect(again.image() == end)
            if step < steps { #expect(part(&books, from: step, to: step + 1, of: story) == nil) }
        }
    }

    @Test("Put away after every step", arguments: 0..<4)
    func everyStep(part number: Int) throws {
        for seed in (1000 + number * 20)..<(1020 + number * 20) {
            let story = try Chance.play(seed: UInt64(seed), 400)
            var books = Books()
            books.evolve(story.events[0])
            for step in story.asked.indices {
                books = try Books(image: books.image())
                if let wrong = part(&books, from: step, to: step + 1, of: story) {
                    Issue.record("seed \(seed), step \(step): \(wrong)")
                    return
                }
            }
            #expect(books.image() == story.books.image())
        }
    }

    @Test("Put away after every step, with makings-good", arguments: 0..<2)
    func damage(part number: Int) throws {
        for seed in (number * 10 + 1)...(number * 10 + 10) {
            var play = try FrozenPlay(seed: UInt64(seed))
            try play.play(50)
            var books = Books()
            books.evolve(play.story.events[0])
            for step in play.story.asked.indices {
                books = try Books(image: books.image())
                if let wrong = part(&books, from: step, to: step + 1, of: play.story) {
                    Issue.record("seed \(seed), step \(step): \(wrong)")
                    return
                }
            }
            #expect(books.image() == play.story.books.image())
            #expect(books.damage == play.story.books.damage)
        }
    }

    @Test("An image cut short or damaged is an error or some books, never a trap")
    func damaged() throws {
        var play = try FrozenPlay(seed: 7)
        try play.play(20)
        for image in [try Chance.play(seed: 7, 400).books.image(), play.story.books.image()] { try damage(of: image) }
    }

    private func damage(of image: [UInt8]) throws {
        #expect((0..<image.count).filter { (try? Books(image: Array(image[..<$0]))) != nil } == [])
        #expect(throws: ImageError.self) { try Books(image: image + [0]) }
        var random = Random(seed: 23)
        for _ in 0..<3000 {
            var damaged = image
            for _ in 0...random.below(3) { damaged[random.below(image.count)] = UInt8(truncatingIfNeeded: random.next()) }
            if let books = try? Books(image: damaged) { _ = books.image() }
        }
    }
}
