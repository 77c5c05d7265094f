from pages.shared.messages import require_router

require_router()
