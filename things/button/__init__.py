"""The button on other people's pages: loader, frame, badge and count. It knows no reader."""
