internal import Hummingbird

/// What goes with one request through the router: only what the router itself needs.
struct Call: RequestContext {
    var coreContext: CoreRequestContextStorage

    init(source: ApplicationRequestContextSource) { coreContext = CoreRequestContextStorage(source: source) }
}
