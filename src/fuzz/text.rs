use bolero::{TypeGenerator, produce};

/// Text full of characters with a meaning on the wire.
#[derive(Clone, Debug, TypeGenerator)]
pub struct Text(Vec<Piece>);

/// Few pieces, so many names and ids are valid.
#[derive(Clone, Debug, TypeGenerator)]
pub struct Name(#[generator(produce::<Vec<Piece>>().with().len(0usize..4))] Vec<Piece>);

#[derive(Clone, Copy, Debug, TypeGenerator)]
enum Piece {
    Lf,
    Cr,
    CrLf,
    /// The end of a frame.
    End,
    Colon,
    Space,
    Plus,
    Nul,
    ByteOrderMark,
    Data,
    Event,
    Id,
    Retry,
    Digit(#[generator(b'0'..=b'9')] u8),
    Letter(#[generator('a'..='z')] char),
    Char(char),
}

impl Text {
    pub fn as_string(&self) -> String {
        text_of(&self.0)
    }
}

impl Name {
    pub fn as_string(&self) -> String {
        text_of(&self.0)
    }
}

fn text_of(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match *piece {
            Piece::Lf => text.push('\n'),
            Piece::Cr => text.push('\r'),
            Piece::CrLf => text.push_str("\r\n"),
            Piece::End => text.push_str("\n\n"),
            Piece::Colon => text.push(':'),
            Piece::Space => text.push(' '),
            Piece::Plus => text.push('+'),
            Piece::Nul => text.push('\0'),
            Piece::ByteOrderMark => text.push('\u{feff}'),
            Piece::Data => text.push_str("\ndata: "),
            Piece::Event => text.push_str("\nevent: "),
            Piece::Id => text.push_str("\nid: "),
            Piece::Retry => text.push_str("\nretry: "),
            Piece::Digit(digit) => text.push(char::from(digit)),
            Piece::Letter(letter) | Piece::Char(letter) => text.push(letter),
        }
    }
    text
}

/// Text that resembles frames, and is mostly valid.
#[derive(Clone, Debug, TypeGenerator)]
pub struct Frames(#[generator(produce::<Vec<Line>>().with().len(0usize..12))] Vec<Line>);

#[derive(Clone, Debug, TypeGenerator)]
struct Line {
    field: Field,
    #[generator(produce::<Vec<Piece>>().with().len(0usize..6))]
    value: Vec<Piece>,
    end: End,
    /// Below 4, the line is any text.
    odd: u8,
}

#[derive(Clone, Copy, Debug, TypeGenerator)]
enum Field {
    Blank,
    Comment,
    Data,
    Event,
    Id,
    Retry(u16),
    AnyRetry,
    Name,
}

#[derive(Clone, Copy, Debug, TypeGenerator)]
enum End {
    Lf,
    Cr,
    CrLf,
    Frame,
}

impl Frames {
    pub fn as_string(&self) -> String {
        self.0.iter().map(Line::as_string).collect::<String>()
    }
}

impl Line {
    fn as_string(&self) -> String {
        let value = text_of(&self.value);
        if self.odd < 4 {
            return value;
        }
        let value = value.replace(['\r', '\n'], "");
        let line = match self.field {
            Field::Blank => String::new(),
            Field::Comment => format!(":{value}"),
            Field::Data => format!("data:{value}"),
            Field::Event => format!("event:{value}"),
            Field::Id => format!("id:{value}"),
            Field::Retry(milliseconds) => format!("retry: {milliseconds}"),
            Field::AnyRetry => format!("retry:{value}"),
            Field::Name => "data".into(),
        };
        let end = match self.end {
            End::Lf => "\n",
            End::Cr => "\r",
            End::CrLf => "\r\n",
            End::Frame => "\n\n",
        };
        line + end
    }
}
