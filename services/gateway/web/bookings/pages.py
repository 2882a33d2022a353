"""All pages about bookings: book, wait, follow, answer, move, report, and have it in one's calendar."""

from services.gateway.web.bookings import book, booking, calendar, lists, reschedule

routes = (*book.routes, *lists.routes, *reschedule.routes, *booking.routes, *calendar.routes)
